import { sql } from 'drizzle-orm'
import type { AccessRule } from '../../core/access/index.ts'
import type { Asker } from '../repository/row-session.ts'
import { keyCondition, keyValues, type Key } from '../repository/read-rows.ts'
import { living, RowSession, scopePart } from '../repository/row-session.ts'
import type { Scope } from '../rows/condition.ts'
import type { Runner } from '../wire/runner.ts'
import type { Declared } from './declared.ts'

/** Asks the database what rules say of one row. */
export class RowReach {
  readonly #declared: Declared
  readonly #session: RowSession
  readonly #key: Key

  constructor({ declared, runner, asker, key }: ReachOptions) {
    this.#declared = declared
    this.#session = new RowSession({ definition: declared.definition, runner, asker, custom: true })
    this.#key = key
  }

  /** Whether the row is there, whoever asks. */
  async find(): Promise<'missing' | 'deleted' | 'living'> {
    const { definition } = this.#declared
    const alive = living(definition) ?? sql`true`
    const found = await this.#ask(`explain living`, () => sql`(${alive})`)
    if (found === undefined) return 'missing'
    return found === 't' ? 'living' : 'deleted'
  }

  /** Whether the row is one of those that the rule leaves the asker. */
  holds(rule: AccessRule): Promise<boolean> {
    return this.#isIn(this.#session.scopeBy(rule))
  }

  /** Whether the row is below a parent that the asker may read. */
  below(): Promise<boolean> {
    return this.#isIn(this.#declared.definition.above?.(this.#session) ?? true)
  }

  /** PostgreSQL's text of one of its columns. */
  text(column: string): Promise<string | null | undefined> {
    const found = this.#declared.definition.model.byKey.get(column)
    return this.#ask(`explain column ${column}`, () => sql`${found?.column ?? sql`null`}::text`)
  }

  async #isIn(scope: Scope): Promise<boolean> {
    if (typeof scope === 'boolean') return scope
    const part = scopePart(scope, 's')
    const values: Record<string, unknown> = {}
    part.put(values)
    const { table } = this.#declared.definition.model
    return (await this.#ask(`explain scope ${part.shape}`, () => sql`(${part.where(table)})`, values)) === 't'
  }

  async #ask(
    shape: string,
    what: () => ReturnType<typeof sql>,
    values: Readonly<Record<string, unknown>> = {},
  ): Promise<string | null | undefined> {
    const { definition } = this.#declared
    const { table } = definition.model
    const found = await this.#session.run(
      shape,
      () => sql`select ${what()} from ${table} where ${keyCondition(definition)}`,
      { ...keyValues(definition, this.#key), ...values },
    )
    return found.length === 0 ? undefined : found.text(0, 0)
  }
}

interface ReachOptions {
  readonly declared: Declared
  readonly runner: Runner
  readonly asker: Asker
  readonly key: Key
}
