/** What people decide about changes that a comparison cannot: what a flag of `ashlar migrate make` says. */
export interface Decisions {
  /** From the old name to the new one: `users.name` to `users.full_name`, `posts` to `articles`, `status.open` to `status.new` of an enum. */
  readonly renames?: Readonly<Record<string, string>>
  /** Tables and columns whose data may be lost. */
  readonly drops?: readonly string[]
  /** Columns whose type may be narrowed, with the expression that converts them, or `''` for the cast of PostgreSQL. */
  readonly conversions?: Readonly<Record<string, string>>
  /** The value, as a SQL expression, that rows get which are there and have none. `''` says that there are none. */
  readonly backfills?: Readonly<Record<string, string>>
  /** Confirms every drop and conversion. Renames are asked for all the same. */
  readonly allowDestructive?: boolean
}

export function withDecisions(a: Decisions, b: Decisions): Decisions {
  return {
    renames: { ...a.renames, ...b.renames },
    drops: [...(a.drops ?? []), ...(b.drops ?? [])],
    conversions: { ...a.conversions, ...b.conversions },
    backfills: { ...a.backfills, ...b.backfills },
    allowDestructive: a.allowDestructive === true || b.allowDestructive === true,
  }
}

/** Something to decide. */
export interface Question {
  readonly kind: 'rename' | 'drop' | 'convert' | 'backfill'
  /** The table or column: `users.name`. */
  readonly object: string
  /** What it is about, as a sentence. */
  readonly text: string
  /** New names it may have got. */
  readonly candidates: readonly string[]
  /** The flags that answer it; any one of them does. */
  readonly flags: readonly string[]
}

/** Changes that must not be guessed. */
export class UndecidedChanges extends Error {
  readonly questions: readonly Question[]

  constructor(questions: readonly Question[]) {
    const lines = questions.map(({ text, flags }) => `- ${text}\n${flags.map((flag) => `    ${flag}`).join('\n')}`)
    super(`These changes need a decision. For each, give one of its flags:\n${lines.join('\n')}`)
    this.name = 'UndecidedChanges'
    this.questions = questions
  }
}
