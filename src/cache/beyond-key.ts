import type { CheckedCall, WorkedOutPlace } from '../core/policy/policy.ts'
import type { RequestRead } from '../core/watched-head.ts'
import { describeParameters } from '../schema/index.ts'

/** What of a request the keys of an operation's answers have, by name. */
export interface KnownParts {
  readonly header: ReadonlySet<string>
  readonly cookie: ReadonlySet<string>
  readonly query: ReadonlySet<string>
  /** Headers that are in the key as they are sent. */
  readonly vary: ReadonlySet<string>
  /** Whether callers share answers though they are known. */
  readonly isSharedByCallers: boolean
}

type Named = 'header' | 'cookie' | 'query'

const INPUTS = { header: 'headers', cookie: 'cookies', query: 'query' } as const

export function knownParts(
  { plan, access }: WorkedOutPlace,
  { vary, shared }: { readonly vary: readonly string[]; readonly shared: boolean },
): KnownParts {
  const declared = (part: Named): ReadonlySet<string> =>
    new Set(
      plan.holders.flatMap(({ inputs }) => {
        const schema = inputs[INPUTS[part]]
        return schema === undefined ? [] : describeParameters(schema, part).map(({ name }) => keyed(part, name))
      }),
    )
  return {
    header: declared('header'),
    cookie: declared('cookie'),
    query: declared('query'),
    vary: new Set(vary),
    isSharedByCallers: shared && access.authenticators.length > 0,
  }
}

/**
 * What an answer was made of that its key does not have, in words: it is an answer for nobody else. What is declared is in the key as it was checked, so its
 * text counts where that is the same.
 */
export function beyondKey(
  { reads, inputs }: Pick<CheckedCall, 'reads' | 'inputs'>,
  known: KnownParts,
): readonly string[] {
  const found = reads.filter((read) => !isInKey(read, inputs, known)).map(inWords)
  return [...new Set(found)]
}

function isInKey(read: RequestRead, inputs: CheckedCall['inputs'], known: KnownParts): boolean {
  const { part } = read
  // There is a key for GET alone.
  if (part === 'method') return true
  if (part === 'user') return !known.isSharedByCallers
  if (part !== 'header' && part !== 'cookie' && part !== 'query') return false
  if (part !== 'query' && known.vary.has(part === 'cookie' ? part : read.name)) return true
  const checked = inputs.map((values) => valueIn(values?.[INPUTS[part]], part, read.name))
  const given = checked.filter((value) => value !== undefined)
  if (given.length === 0) return known[part].has(read.name) && read.values.length === 0
  return given.some((value) => isSame(textsOf(value), read.values))
}

function valueIn(values: unknown, part: Named, name: string): unknown {
  if (typeof values !== 'object' || values === null) return undefined
  return Object.entries(values).find(([key]) => keyed(part, key) === name)?.[1]
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)]
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index])
}

/** Names of headers are the same in any case. */
function keyed(part: Named, name: string): string {
  return part === 'header' ? name.toLowerCase() : name
}

function inWords({ part, name }: RequestRead): string {
  return name === '' ? WORDS[part] : `${WORDS[part]} ${name}`
}

const WORDS: Readonly<Record<RequestRead['part'], string>> = {
  header: 'the header',
  cookie: 'the cookie',
  query: 'the query parameter',
  search: 'the query as it was sent',
  method: 'the method',
  address: "the client's address",
  origin: 'the trusted origin',
  user: 'the caller',
}
