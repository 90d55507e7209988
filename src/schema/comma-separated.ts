import { createAnnotation } from './annotations.ts'

const separated = createAnnotation<true>()

/**
 * Lets a list in the path, query, headers or a form also stand in one text, its items parted by commas: `sort=-dueAt,title` and
 * `sort=-dueAt&sort=title` are the same. No item can hold a comma. In OpenAPI it is `style: form, explode: false`.
 *
 * @example
 * const read = compileInput(z.object({ ids: commaSeparated(z.array(z.int())) }), { source: 'strings', in: 'query' })
 * read({ ids: '1,2' }, [])   // => { ids: [1, 2] }
 * @see OpenAPI Specification 3.1.1 section 4.8.12.3, Style Values
 */
export function commaSeparated<S extends { readonly element: unknown }>(list: S): S {
  return separated.add(list, true)
}

/** Whether the list, or the list that this wraps, may be parted by commas. */
export function isCommaSeparated(schema: unknown): boolean {
  return separated.find(schema) === true
}
