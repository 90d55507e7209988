import { firstRowRule } from '../core/access/check-row-rules.ts'
import type { Use } from '../core/graph/plan.ts'
import type { WorkedOutPlace } from '../core/policy/policy.ts'
import { isContent } from '../core/content.ts'
import { describeParameters } from '../schema/index.ts'
import type { CheckedOptions } from './answer-cache.ts'
import type { AnswerHead } from './kept-answer.ts'

/** @throws TypeError where answers of this operation cannot be kept, or not for all together. */
export function checkPlace(place: WorkedOutPlace, { scope }: CheckedOptions): void {
  const { operation } = place.placed
  if (operation.method !== 'GET')
    throw new TypeError(`it is a ${operation.method}, and only answers of GET are cached; remove cache`)
  const { response } = operation
  if (response === undefined || (isContent(response) && response.form !== 'text' && response.form !== 'bytes'))
    throw new TypeError(
      'its answers have no body that could be cached; remove cache, or declare response: z.object({ ... })',
    )
  if (scope !== 'public' || isOpen(place)) return
  const rule = place.access.rules.map(({ node }) => firstRowRule(node)).find((name) => name !== undefined)
  if (rule !== undefined)
    throw new TypeError(
      `its access rule ${rule} is about rows, so its answers are not the same for all; remove scope: 'public'`,
    )
  if (looksAtCaller(place))
    throw new TypeError(
      "it uses what depends on the caller, so its answers are not the same for all; remove scope: 'public'",
    )
}

/** Whether callers share its answers. */
export function isShared(place: WorkedOutPlace, { scope }: CheckedOptions): boolean {
  return scope === 'public' || isOpen(place)
}

export function answerHead(place: WorkedOutPlace, options: CheckedOptions): AnswerHead {
  const { access } = place
  const { maxAgeSeconds } = options
  // Who keeps it for others cannot ask whether they may have it.
  const who = isShared(place, options) && access.anonymous ? 'public' : 'private'
  return {
    cacheControl: `${who}, ${maxAgeSeconds === 0 ? 'no-cache' : `max-age=${maxAgeSeconds}`}`,
    vary: varyOf(place, options),
    shared: isShared(place, options),
  }
}

/** Nobody is ever known to it, so it cannot look at who calls. */
function isOpen({ access }: WorkedOutPlace): boolean {
  return access.authenticators.length === 0 && access.custom.length === 0 && access.anonymous
}

function looksAtCaller({ plan }: WorkedOutPlace): boolean {
  const isCaller = (use: Use): boolean => use.from === 'builtin' && use.name === 'caller'
  return plan.roots.some((uses) => uses.some(isCaller)) || plan.nodes.some(({ uses }) => uses.some(isCaller))
}

/** Every header of the request that decides about the answer. */
function varyOf({ plan, access }: WorkedOutPlace, { vary }: CheckedOptions): readonly string[] {
  const declared = plan.holders.flatMap(({ inputs }) => [
    ...(inputs.headers === undefined ? [] : describeParameters(inputs.headers, 'header').map(({ name }) => name)),
    ...(inputs.cookies === undefined ? [] : ['cookie']),
  ])
  const credentials = access.authenticators.flatMap(({ scheme }) => {
    const {
      type,
      in: place,
      name,
    } = scheme as { readonly type: string; readonly in?: unknown; readonly name?: unknown }
    return type === 'apiKey' && place === 'header' && typeof name === 'string' ? [name] : []
  })
  const known = access.authenticators.length === 0 ? [] : ['authorization', 'cookie']
  return [...new Set([...known, ...credentials, ...declared, ...vary].map((name) => name.toLowerCase()))]
}
