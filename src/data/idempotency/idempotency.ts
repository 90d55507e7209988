import { isContent } from '../../core/content.ts'
import type { Operation } from '../../core/operation.ts'
import {
  ReadyAnswer,
  type CheckedCall,
  type CompiledPolicy,
  type OperationPolicy,
  type PolicyPlace,
  type Proceed,
} from '../../core/policy/policy.ts'
import type { Outcome } from '../../core/middleware.ts'
import { isSchema } from '../../core/schema.ts'
import type { Database } from '../database.ts'
import type { DrizzleSchema, ScopedTransaction } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import { unobserved } from '../observe/observed-runner.ts'
import { transactionRunner } from '../tx-runner.ts'
import { hasFingerprint, isExpired, keptAnswer, replayOf } from './answers.ts'
import { idempotencyDocument } from './document.ts'
import { IDEMPOTENCY_ERRORS, IdempotencyKeyReused, inFlight } from './errors.ts'
import type { ExpiredKeys } from './expired-keys.ts'
import { fingerprintOf, idOf } from './fingerprint.ts'
import { idempotencyKeys } from './idempotency-keys.ts'
import { joinedTransaction } from './joined-transaction.ts'
import { readKey } from './key-header.ts'
import { claim, forget, keep } from './key-store.ts'
import { idempotencyOptions, type IdempotencyOptions } from './options.ts'

type AnyDatabase = Database<DrizzleSchema>

/**
 * Makes operations safe to repeat: the answer of the first request with a key is kept in its transaction, and given to every later one.
 *
 * @throws TypeError where the database has no table for keys.
 */
export function idempotencyPolicy(
  database: AnyDatabase,
  required: boolean,
  expired: ExpiredKeys,
): OperationPolicy<'idempotency'> {
  if (!Object.values(database.options.schema ?? {}).includes(idempotencyKeys))
    throw new TypeError(
      'it has idempotent, and the schema of its database has no table for keys. Export idempotencyKeys of ashlar/data from the module of your ' +
        'tables, with export { idempotencyKeys }, and run ashlar migrate make.',
    )
  const options = idempotencyOptions(database.options.idempotency)
  return {
    kind: 'policy',
    of: 'idempotency',
    errors: IDEMPOTENCY_ERRORS,
    document: idempotencyDocument(required, options.keepHours),
    uses: (place, present) => ({ engine: database.engine, tx: joinedTransaction(database, place, present) }),
    compile: (place) => compile(place, { ...options, required, expired }),
  }
}

interface Settings extends Required<IdempotencyOptions> {
  readonly required: boolean
  readonly expired: ExpiredKeys
}

function compile({ placed }: PolicyPlace, settings: Settings): CompiledPolicy {
  checkResponse(placed.operation)
  const { method } = placed.operation
  return {
    // Before the body is read, and before any dependency.
    admit: ({ head }) => void readKey(head, settings.required),
    within: (checked, next) => {
      const key = readKey(checked.call.head, settings.required)
      if (key === undefined) return next()
      // As clients see it: of an app that is mounted twice, or two that keep their keys in one database, the paths are the same.
      const operation = `${method} ${checked.call.head.basePath}${placed.path}`
      return once(checked, next, { ...settings, id: idOf(checked.call, { operation, key }) })
    },
  }
}

/** @throws TypeError for answers that are streams: they are sent while the transaction has long ended. */
function checkResponse({ response }: Operation): void {
  if (response === undefined || isSchema(response)) return
  const all = isContent(response) ? [response] : Object.values(response)
  if (!all.some((each) => isContent(each) && each.form === 'raw')) return
  throw new TypeError(
    'it has idempotent and response: raw, and a web Response cannot be kept for a replay. Declare what it sends, such as bytes(...) or a schema.',
  )
}

interface Keyed extends Settings {
  readonly id: Buffer
}

interface Joined {
  readonly engine: Engine<DrizzleSchema>
  readonly tx: ScopedTransaction<DrizzleSchema>
}

/** Runs the rest, or throws the answer that is there already, so that what dependencies did is undone. */
async function once(checked: CheckedCall, next: Proceed, keyed: Keyed): Promise<Outcome> {
  const { id, expired, answerBytes, keepHours } = keyed
  // Those of `uses` above.
  const { engine, tx } = checked.uses as unknown as Joined
  const runner = unobserved(transactionRunner(tx, engine))
  const fingerprint = fingerprintOf(checked)
  const { isHeld, found } = await claim(runner, id)
  if (!isHeld) throw inFlight()
  if (found.length > 0) {
    if (!isExpired(found)) throw replayed(hasFingerprint(found, fingerprint) ? replayOf(found) : undefined)
    await forget(runner, id)
  }
  found.release()
  const outcome = await next()
  const answer = keptAnswer(outcome, answerBytes)
  tellWhatIsNotKept(checked, outcome, answer)
  tx.hooks.beforeCommit(() => keep(runner, { ...answer, id, fingerprint, hours: keepHours }))
  tx.hooks.add(() => expired.sweepIfDue(engine.writeRunner, checked.call.log))
  return outcome
}

function replayed(answer: Outcome | undefined): Error {
  return answer === undefined ? new IdempotencyKeyReused() : new ReadyAnswer(answer)
}

function tellWhatIsNotKept(
  { call }: CheckedCall,
  { cookies }: Outcome,
  { body, size }: ReturnType<typeof keptAnswer>,
): void {
  if (size > 0 && body === undefined)
    call.log.warn(
      { operation: call.operation, size },
      'the answer is too large to be kept: a retry is told so, with 409',
    )
  if (cookies.length > 0)
    call.log.debug({ operation: call.operation }, 'cookies are not kept: a replay of this answer sets none')
}
