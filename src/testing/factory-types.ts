import type { PgTable } from 'drizzle-orm/pg-core'
import type { Drizzle } from '../data/drizzle.ts'

/** What a factory inserts with: a transaction, or Drizzle without one. */
export type FactoryHandle = Pick<Drizzle, 'insert'>

/** What a row is made of. The same numbers come in every run, so that a failure can be seen again. */
export interface FactoryContext {
  /** Counts the rows of the factory and of those derived from it by `with`, from 1: what makes a value unique. */
  readonly sequence: number
  /** Counts the rows of one call, from 0. */
  readonly index: number
  /** At least 0 and below 1: other numbers for other rows, the same in every run. */
  readonly random: () => number
}

/** Any factory, where it stands for the row that a column refers to. */
export interface RelatedFactory {
  readonly kind: 'factory'
  readonly table: PgTable
}

type Related = RelatedFactory | (() => RelatedFactory)
type Insert<Table extends PgTable> = Table['$inferInsert']

/** Values by column. Another factory makes the row that the column refers to; `() => factory` where that one is declared further below. */
export type FactoryValues<Table extends PgTable> = {
  readonly [Key in keyof Insert<Table>]?: Insert<Table>[Key] | Related
} & NoFunction

/** A function is an object too, and would pass for one without columns. */
interface NoFunction {
  readonly [Symbol.hasInstance]?: never
}

/** The columns that other factories fill. */
export type RelationsOf<Values> = {
  [Key in keyof Values]-?: Extract<Values[Key], Related> extends never ? never : Key
}[keyof Values]

/** A sentence for each value without a column. */
export type KnownColumns<Table extends PgTable, Values> = {
  readonly [Key in Exclude<keyof Values, keyof Insert<Table>>]: `The table has no column "${Key & string}".`
}

type Checked<Table extends PgTable, Values> = Values & FactoryValues<Table> & KnownColumns<Table, Values>

/** Values, or what makes them for each row. */
export type FactoryInput<Table extends PgTable, Values> =
  Checked<Table, Values> | ((context: FactoryContext) => Checked<Table, Values>)

type Plain<T> = { [Key in keyof T]: T[Key] }

/** A row before it is inserted, without the columns that other factories fill. */
export type BuiltRow<Table extends PgTable, Relations, Overrides> = Plain<
  Omit<Insert<Table>, (Relations & PropertyKey) | RelationsOf<Overrides>> &
    Omit<Pick<Insert<Table>, keyof Overrides & keyof Insert<Table>>, RelationsOf<Overrides>>
>

/** Makes rows of a table. */
export interface Factory<Table extends PgTable = PgTable, Relations = never> extends RelatedFactory {
  readonly table: Table
  /** The values of a row that is not inserted. Columns that the database fills are left to it, and those of other factories are left out. */
  build<const Values extends object = {}>(overrides?: FactoryInput<Table, Values>): BuiltRow<Table, Relations, Values>
  /** Inserts a row, with the rows it refers to, and gives it as the database has it. */
  create<const Values extends object = {}>(
    tx: FactoryHandle,
    overrides?: FactoryInput<Table, Values>,
  ): Promise<Table['$inferSelect']>
  /** Inserts several rows, up to 1,000 per statement. Each has related rows of its own: to share one, create it first and give its key. */
  createMany<const Values extends object = {}>(
    tx: FactoryHandle,
    count: number,
    overrides?: FactoryInput<Table, Values>,
  ): Promise<Table['$inferSelect'][]>
  /** A variant: the same defaults but for these. */
  with<const Values extends object>(
    overrides: FactoryInput<Table, Values>,
  ): Factory<Table, Exclude<Relations, keyof Values> | RelationsOf<Values>>
}
