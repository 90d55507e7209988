/** The parameter names of a path: `/posts/:id/files/*rest` has `id` and `rest`. */
export type PathNames<Path extends string> = Path extends `${infer Head}/${infer Tail}`
  ? PathNames<Head> | PathNames<Tail>
  : Path extends `:${infer Name}` | `*${infer Name}`
    ? Name
    : never

const SEGMENT = /^(?::[A-Za-z_][A-Za-z0-9_]*|\*[A-Za-z_][A-Za-z0-9_]*|[A-Za-z0-9._~!$&'()+,;=@-]+)$/

/** A path template, checked and taken apart. */
export interface PathTemplate {
  readonly path: string
  readonly names: readonly string[]
}

/**
 * Joins a prefix and a path template and checks the result. `/` alone adds nothing; there is no trailing slash.
 *
 * @throws TypeError where a segment is neither text, `:name` nor a last `*name`, or a name stands twice.
 */
export function joinPath(prefix: string, path: string): PathTemplate {
  const segments = [...split(prefix), ...split(path)]
  const names: string[] = []
  for (const [index, segment] of segments.entries()) {
    if (!SEGMENT.test(segment))
      throw pathError(prefix, path, `"${segment}" is not a segment; write text, ":name" or a last "*name"`)
    const rest = segment.startsWith('*')
    if (rest && index !== segments.length - 1)
      throw pathError(prefix, path, `"${segment}" takes the rest of the path, so it must be last`)
    if (!rest && !segment.startsWith(':')) continue
    const name = segment.slice(1)
    if (names.includes(name)) throw pathError(prefix, path, `the parameter "${name}" stands twice`)
    names.push(name)
  }
  return { path: `/${segments.join('/')}`, names }
}

function split(path: string): string[] {
  if (path !== '' && !path.startsWith('/')) throw new TypeError(`The path ${JSON.stringify(path)} must start with "/".`)
  return path.split('/').filter((segment) => segment !== '')
}

function pathError(prefix: string, path: string, what: string): TypeError {
  return new TypeError(`The path ${JSON.stringify(prefix + path)}: ${what}.`)
}

/** What can stand in a path. */
export type PathValue = string | number | bigint | boolean | Date | null | undefined

/**
 * Fills a template with values, each encoded. A `*rest` keeps its slashes.
 *
 * @throws TypeError where a value is missing or empty, or a segment would be `.` or `..`: those lead elsewhere, however they are encoded.
 */
export function fillPath(template: string, values: Readonly<Record<string, PathValue>>): string {
  return template.replace(/(?<=\/)([:*])([A-Za-z_][A-Za-z0-9_]*)/g, (_, kind: string, name: string) => {
    const value = values[name]
    if (value === undefined || value === null || value === '')
      throw new TypeError(`The path ${template} needs a value for "${name}".`)
    const written = value instanceof Date ? value.toISOString() : String(value)
    const segments = kind === '*' ? written.split('/') : [written]
    if (segments.some((segment) => segment === '.' || segment === '..'))
      throw new TypeError(
        `The path ${template} cannot have ${JSON.stringify(written)} as its "${name}": "." and ".." lead elsewhere.`,
      )
    return segments.map(encodeURIComponent).join('/')
  })
}
