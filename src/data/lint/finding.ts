/** An `error` would stop or break a running app; a `warning` will be regretted. */
export type Severity = 'error' | 'warning'

/** Something in a migration to write in another way. */
export interface Finding {
  /** The stable name of the rule, as `-- ashlar: allow` takes it. */
  readonly rule: string
  readonly severity: Severity
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1, in UTF-16 units, as editors do. */
  readonly column: number
  /** What is wrong, which lock is held and who waits for it. */
  readonly message: string
  /** The SQL to write in its place. Of more than one migration, each begins with a line `-- migration N`. */
  readonly recipe: string
}

/** What the linter has to know beside the file's text. Tables are named without `public.`; names are as PostgreSQL folds them. */
export interface LintContext {
  readonly file: string
  /** `false` where the file begins with `-- ashlar: no-transaction`. */
  readonly transactional: boolean
  /** Made by migrations that are not applied yet. Nobody uses them, so locks on them matter to nobody. */
  readonly createdTables?: ReadonlySet<string>
  /** `table.column` of all that the app's tables declare. */
  readonly readColumns?: ReadonlySet<string>
  /** The SQL of the migrations before this one, in order. From it come types of columns, and constraints; without it these count as unknown. */
  readonly earlier?: readonly string[]
}

/** One of the rules, as the reference lists them. */
export interface LintRule {
  readonly id: string
  readonly severity: Severity
  readonly title: string
  /** Which lock is held, and what waits for it. */
  readonly why: string
  /** SQL that the rule finds. The finding's recipe is what to write in its place. */
  readonly example: string
}
