import type { PgTable } from 'drizzle-orm/pg-core'
import { possibleCaller, type CallerScope } from '../../core/builtin.ts'
import { dependency } from '../../core/dependency.ts'
import { auditTrail } from '../audit/audit-trail.ts'
import { recordSystemAccess } from '../audit/journal.ts'
import { trailName } from '../audit/row-images.ts'
import { changeTeller } from '../changes/change-teller.ts'
import type { Database } from '../database.ts'
import type { DatabaseDependency } from '../database-dependency.ts'
import type { DrizzleSchema, Transaction } from '../drizzle.ts'
import type { Engine } from '../engine.ts'
import { DatabaseUnavailable, SerializationFailure } from '../errors.ts'
import { SYSTEM_CLAIMS } from '../rls/claim-set.ts'
import { isSecured } from '../rls/row-security.ts'
import type { Repository } from '../repository/repository-types.ts'
import { RowSession, systemAsker, type Asker } from '../repository/row-session.ts'
import { rowStreams } from '../repository/row-streams.ts'
import { StoredRows } from '../repository/stored-rows.ts'
import { systemTransaction, systemTransactionRunner } from '../tx-runner.ts'
import type { Runner } from '../wire/runner.ts'
import { checkReason, SYSTEM_USE } from './reason.ts'
import type { RowsOf, SystemAccess } from './system-access.ts'
import { SystemParts } from './system-parts.ts'

/** What the trail says where no table is known: the transaction itself was taken. */
const ANY_TABLE = '*'

/**
 * @throws TypeError for an empty reason.
 */
export function systemDependency<Schema extends DrizzleSchema>(
  database: Database<Schema>,
  reason: string,
): DatabaseDependency<SystemAccess<Schema>, 'handled'> {
  checkReason(reason)
  const parts = new SystemParts(database)
  const audited = Object.values(database.options.schema ?? {}).includes(auditTrail)
  return dependency(
    {
      name: `${database.name}.system`,
      uses: { engine: database.engine, tx: database.transaction, caller: possibleCaller },
      errors: [DatabaseUnavailable, SerializationFailure],
    },
    ({ engine, tx, caller, log }) => {
      const { operation, requestId, user } = caller ?? {}
      log.info({ reason, operation, requestId, user: user?.id }, SYSTEM_USE)
      return new SystemRows({ engine, tx, caller, parts, reason, audited, secured: isSecured(database) })
    },
  )
}

interface SystemRowsParts<Schema extends DrizzleSchema> {
  readonly engine: Engine<Schema>
  readonly tx: Transaction<Schema>
  readonly caller: CallerScope | undefined
  readonly parts: SystemParts
  readonly reason: string
  /** Whether there is a trail to write into. */
  readonly audited: boolean
  /** Whether there are policies to pass. */
  readonly secured: boolean
}

class SystemRows<Schema extends DrizzleSchema> implements SystemAccess<Schema> {
  readonly reason: string
  readonly #of: SystemRowsParts<Schema>
  readonly #runner: Runner
  readonly #tx: Transaction<Schema>
  readonly #asker: Asker
  /** What the trail tells already. */
  readonly #told = new Set<string>()

  constructor(of: SystemRowsParts<Schema>) {
    this.reason = of.reason
    this.#of = of
    this.#runner = systemTransactionRunner(of.tx, of.engine)
    this.#tx = systemTransaction(of.tx)
    this.#asker = systemAsker({
      reason: of.reason,
      requestId: of.caller?.requestId,
      operation: of.caller?.operation,
    })
  }

  get tx(): Transaction<Schema> {
    this.#tell(ANY_TABLE)
    return this.#tx
  }

  repository<Table extends PgTable>(of: RowsOf<Table>): Repository<Table> {
    const parts = this.#of.parts.of(of)
    const { definition } = parts
    this.#tell(trailName(definition.model))
    const engine = this.#of.engine as unknown as Engine<DrizzleSchema>
    const session = new RowSession({
      definition,
      runner: this.#runner,
      asker: this.#asker,
      tell: changeTeller(this.#of.engine, this.#of.tx),
    })
    const rows = new StoredRows(parts, {
      session,
      signingKey: () => engine.signingKey(),
      streams: rowStreams(parts, engine, this.#of.secured ? SYSTEM_CLAIMS : undefined),
    })
    return rows
  }

  /** Not awaited: it travels before what it tells of, and where it fails nothing of this transaction is saved. */
  #tell(tableName: string): void {
    if (!this.#of.audited || this.#told.has(tableName)) return
    this.#told.add(tableName)
    // Who called stands here; the changes themselves are nobody's but the system's.
    const asker = { ...this.#asker, user: this.#of.caller?.user }
    recordSystemAccess({ runner: this.#runner, asker, tableName }).catch(() => undefined)
  }
}
