import { createAnnotation } from './annotations.ts'
import type { Aliased } from './wire.ts'

const aliases = createAnnotation<string>()

/**
 * Gives a field another name on the wire than in the code. Works in path, query, header, cookie and body objects, in both directions.
 *
 * @example
 * const read = compileInput(z.object({ itemQuery: alias(z.string(), 'item-query') }), { source: 'strings', in: 'query' })
 * read({ 'item-query': 'tea' }, [])   // => { itemQuery: 'tea' }
 * @throws TypeError where the name is empty or `__proto__`
 */
export function alias<S extends object, const Name extends string>(schema: S, name: Name): S & Aliased<Name> {
  if (name === '' || name === '__proto__') {
    throw new TypeError(
      `alias(schema, name): ${JSON.stringify(name)} cannot be a name on the wire; write the name clients send.`,
    )
  }
  return aliases.add(schema, name)
}

/** The name of a field on the wire, where it is not its key. */
export function aliasOf(schema: unknown): string | undefined {
  return aliases.find(schema)
}
