import { dependency } from '../../core/dependency.ts'
import { chain } from '../../core/maybe-promise.ts'
import type { Logger } from '../../core/request.ts'
import type { Drizzle } from '../../data/drizzle.ts'
import { createPool } from '../../data/pool.ts'
import type { AccountsCore } from '../core/accounts-core.ts'
import { asideDependency, type Aside } from '../core/aside.ts'
import type { AccountsBase } from '../core/base.ts'
import type { AccountsProcess } from '../core/services.ts'
import { userIdOf } from '../users/user-id.ts'
import { accessTokenSeconds, JwtAccessTokens } from './access-tokens.ts'
import { identityMaker } from './identity-of.ts'
import { keyLimits } from './lookups/key-limits.ts'
import { keyLookup, keyTouch } from './lookups/key-lookup.ts'
import { Remembered } from './lookups/remembered.ts'
import { sessionLookup, sessionTouch } from './lookups/session-lookup.ts'
import { KnownRevocations } from './revocations/known-revocations.ts'
import { RevocationFeed, type FeedSource } from './revocations/revocation-feed.ts'
import { listenForRevocations } from './revocations/revocation-listener.ts'
import { foundIn, oldRevocations, revocationsSince } from './revocations/revocation-rows.ts'
import { ProcessRevocations } from './revocations/revocations.ts'
import { sealing } from './seal.ts'
import { signingOf, type KeyRing, type Signing } from './signing/key-ring.ts'
import { StoredRing } from './signing/stored-ring.ts'

/** Longer than a token holds: clocks differ, and a transaction may take its time to commit. */
const KEPT_LONGER_SECONDS = 180
/**
 * The feed of what was ended has a connection to itself: behind a crowd that logs in it would be out of date, and requests of everybody else be refused. One
 * that says nothing is given up soon.
 */
const FEED_LIMITS = { statementTimeoutMs: 2_000, lockTimeoutMs: 1_000 }

/**
 * What one process of the app keeps of accounts, from start to stop: signing keys, verified tokens, sessions and keys that were looked up, and what was ended.
 *
 * @throws TypeError where the signing or the lifetimes of tokens cannot be.
 */
export function accountsProcess(base: AccountsBase): AccountsCore['process'] {
  const signing = signingOf(base.options.tokens?.signing)
  accessTokenSeconds(base)
  return dependency(
    {
      name: 'accounts.process',
      scope: 'app',
      uses: { engine: base.database.engine, outside: base.outside, aside: asideDependency(base) },
    },
    async function* ({ engine, outside, aside, log }) {
      // What has begun is ended in reverse order, also where the rest of the start fails.
      await using started = new AsyncDisposableStack()
      const seals = sealing(() => engine.signingKey())
      const ring = await startRing(signing, started, { base, aside, log, ...seals })
      const known = new KnownRevocations((accessTokenSeconds(base) + KEPT_LONGER_SECONDS) * 1000)
      const own = createPool(engine.url, { max: 1, limits: FEED_LIMITS, behindPooler: !engine.prepared })
      started.defer(() => own.end())
      const feed = new RevocationFeed(feedSource(base, engine.handles.on(own)), known, log)
      started.defer(() => feed.stop())
      await feed.start()
      if (engine.prepared) started.defer(listenForRevocations(engine.url, () => feed.hear()))
      const identityOf = identityMaker(base.options)
      const lookup = { base, aside, identityOf }
      const sessions = new Remembered({ read: sessionLookup(lookup), touch: sessionTouch(lookup), known, feed })
      const keys = new Remembered({ read: keyLookup(lookup), touch: keyTouch(lookup), known, feed })
      started.defer(() => sessions.settle())
      started.defer(() => keys.settle())
      const limit = keyLimits(base, outside, engine.prepared)
      yield {
        revocations: new ProcessRevocations(base, known, feed),
        accessTokens: new JwtAccessTokens({ base, ring, known, feed, identityOf }),
        identifySession: (secret) => chain(sessions.find(secret), (found) => found?.identity),
        identifyKey: (key) => chain(keys.find(key), (found) => found && chain(limit(found), () => found.identity)),
        ...seals,
      } satisfies AccountsProcess
    },
  )
}

interface RingParts extends Pick<AccountsProcess, 'seal' | 'open'> {
  readonly base: AccountsBase
  readonly aside: Aside
  readonly log: Logger
}

async function startRing(
  signing: Signing,
  started: AsyncDisposableStack,
  { base, aside, log, seal, open }: RingParts,
): Promise<KeyRing> {
  if (signing.type === 'fixed') return signing.ring
  const { algorithm, rotateAfterDays } = signing
  const { tables } = base
  const tokenSeconds = accessTokenSeconds(base)
  const ring = new StoredRing({ tables, algorithm, rotateAfterDays, tokenSeconds, aside, seal, open }, log)
  started.defer(() => ring.stop())
  await ring.start()
  return ring
}

function feedSource(base: AccountsBase, drizzle: Drizzle): FeedSource {
  const { users, tables } = base
  const keptSeconds = accessTokenSeconds(base) + KEPT_LONGER_SECONDS
  return {
    read: async (since) =>
      foundIn((await drizzle.execute(revocationsSince(tables.authRevocations, since, keptSeconds))).rows),
    purge: async () => {
      await drizzle.execute(oldRevocations(tables.authRevocations, keptSeconds))
    },
    revocationOf: ({ kind, subject, epoch }) =>
      kind === 'user' ? { kind, subject: userIdOf(users, subject) ?? subject, epoch: epoch ?? 0 } : { kind, subject },
  }
}
