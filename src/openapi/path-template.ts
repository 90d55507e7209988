/** The OpenAPI template of a path: `/posts/:id/files/*rest` is `/posts/{id}/files/{rest}`. */
export function toPathTemplate(path: string): string {
  return path.replace(/(?<=\/)[:*]([A-Za-z_][A-Za-z0-9_]*)/g, '{$1}')
}

/** The name of the parameter that takes the rest of the path, where there is one. */
export function restName(path: string): string | undefined {
  return /\/\*([A-Za-z_][A-Za-z0-9_]*)$/.exec(path)?.[1]
}

/** What two templates share that match the same paths. */
export function pathShape(template: string): string {
  return template.replace(/\{[^}]*\}/g, '{}')
}
