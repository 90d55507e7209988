import type { Dependency, Uses } from '../../core/dependency.ts'
import type { PolicyPlace } from '../../core/policy/policy.ts'
import type { Database } from '../database.ts'
import { COPY_OF } from '../database-options.ts'
import type { DrizzleSchema } from '../drizzle.ts'
import { transactionModes } from '../transactions/transaction-dependency.ts'

type AnyDatabase = Database<DrizzleSchema>

/**
 * The operation's transaction, in which its key is kept; one of its own where it has none.
 *
 * @throws TypeError where what the operation writes would not be saved together with its key.
 */
export function joinedTransaction(
  database: AnyDatabase,
  { placed }: PolicyPlace,
  present: readonly Dependency[],
): Dependency {
  // In tests, operations use the dependencies of the database that this one is a copy of, and are led here.
  const { [COPY_OF]: declared = database } = database.options
  const joined = present.find(
    ({ sole, freshOf }) => freshOf === undefined && (sole?.of === database || sole?.of === declared),
  )
  if (joined === undefined) {
    checkAlone(placed, present, [database, declared])
    return database.transaction
  }
  const modes = transactionModes(joined)
  if (modes === undefined)
    throw new TypeError(
      `idempotent cannot keep its key in "${joined.name}", which is of its own kind. Say idempotent: false for this operation, or for its router.`,
    )
  if (modes.readOnly === true)
    throw new TypeError(
      "idempotent keeps its key in the operation's transaction, which is read only. Leave out readOnly, or idempotent: what only reads is safe to repeat.",
    )
  return joined
}

/** @throws TypeError where the operation writes, and not in a transaction of this database. */
function checkAlone(
  { routerUses, operation }: PolicyPlace['placed'],
  present: readonly Dependency[],
  databases: readonly [AnyDatabase, AnyDatabase],
): void {
  const [{ name }] = databases
  const elsewhere = present.find((each) => transactionModes(each) !== undefined)
  if (elsewhere !== undefined)
    throw new TypeError(
      `idempotent keeps its key in the app's database "${name}", and the operation writes in another one (${elsewhere.name}): one could be saved without the other. ` +
        'Put that into an app of its own, whose database it is, or leave out idempotent.',
    )
  const drizzles = databases.map(({ drizzle }) => drizzle)
  if (!reaches([...routerUses, operation.uses], drizzles)) return
  throw new TypeError(
    `idempotent keeps its key in the operation's transaction, and the operation uses ${name}.drizzle, which commits each statement by itself. ` +
      'Write with database.transaction; what only reads may use database.reader.',
  )
}

/** Whether what an operation uses leads to a dependency. */
function reaches(all: readonly Uses[], wanted: readonly Dependency[]): boolean {
  const seen = new Set<Dependency>()
  const visit = (uses: Uses): boolean =>
    Object.values(uses).some((each) => {
      if (wanted.includes(each)) return true
      if (seen.has(each)) return false
      seen.add(each)
      return visit(each.uses)
    })
  return all.some(visit)
}
