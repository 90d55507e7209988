import type { OperationPolicy, PolicyDocument } from '../core/policy/policy.ts'
import { appKeeper } from './app-keeper.ts'
import { answerCache } from './answer-cache.ts'
import { checkTags, checkTimes } from './checks.ts'

/** How an operation's answers are kept. */
export interface CacheOptions {
  /** How long an answer is as good as new. */
  readonly ttlSeconds: number
  /** How much longer it is sent while it is made anew, after the response. Default 0: then the next one waits. */
  readonly staleSeconds?: number
  /** Under which answers can be invalidated. `table:products` is, by whatever writes that table. The tables of a resource's operations are added by themselves. */
  readonly tags?: readonly string[]
  /** Headers of the request that decide about the answer, besides those the operation declares. */
  readonly vary?: readonly string[]
  /**
   * `user`: an answer is for the caller it was made for, as long as all that is known of them is the same. `public`: all who may call the operation share
   * it; one that looks at the caller all the same is not kept. Default: `user`, where the operation knows its callers.
   */
  readonly scope?: 'user' | 'public'
  /** How long a client uses an answer without asking. What is invalidated here it does not hear of. Default 0: it asks each time, and a 304 is cheap. */
  readonly maxAgeSeconds?: number
}

/**
 * Keeps the answers of a GET: status 200, without cookies. A kept answer is sent without running dependencies or handler, and as a 304 to a client that has it
 * (`If-None-Match`); access is decided every time. In this process, up to 10,000 entries and 64 MiB, and in the app's Redis, where there is one, up to 1 MiB
 * each. An answer made of anything that is neither in the checked input nor in `vary` is not kept, and the log says so. Of many who want the same answer at one time, in all processes, one request makes it; where that takes more than 10 s, the next one begins. Where
 * Redis is gone each process keeps its own, for 10 s at most.
 *
 * @example
 * const listRates = route.get('/rates', { access: anyone, cache: cache({ ttlSeconds: 60, tags: ['rates'] }), response: z.array(z.string()) }, () => ['EUR'])
 * @throws RangeError, TypeError for options that cannot be meant.
 */
export function cache(options: CacheOptions): OperationPolicy<'cache'> {
  checkTimes('cache()', options)
  const { maxAgeSeconds = 0, vary = [], scope } = options
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 0)
    throw new RangeError(`cache() takes maxAgeSeconds as a whole number from 0, not ${String(maxAgeSeconds)}.`)
  if (scope !== undefined && scope !== 'user' && scope !== 'public')
    throw new TypeError(`cache() takes scope: 'user' or 'public', not ${JSON.stringify(scope)}.`)
  for (const name of vary)
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      throw new TypeError(
        `cache() takes names of headers in vary, such as 'accept-language', not ${JSON.stringify(name)}.`,
      )
  const checked = {
    ...options,
    maxAgeSeconds,
    vary: vary.map((name) => name.toLowerCase()),
    tags: checkTags('cache()', options.tags ?? []),
  }
  return {
    kind: 'policy',
    of: 'cache',
    errors: [],
    document: DOCUMENT,
    uses: () => ({ keeper: appKeeper }),
    compile: (place) => answerCache(place, checked),
  }
}

const DOCUMENT: PolicyDocument = {
  responseHeaders: {
    etag: {
      description: 'What the answer is told apart by, for If-None-Match (RFC 9110 section 8.8.3).',
      schema: { type: 'string' },
    },
    'cache-control': {
      description: 'Who may keep the answer, and for how long (RFC 9111).',
      schema: { type: 'string' },
    },
  },
  statuses: { 304: 'Not Modified: the client has this answer.' },
}
