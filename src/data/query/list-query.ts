import type { z } from 'zod'
import type { AshlarError, Issue } from '../../core/errors/index.ts'
import type { Model } from '../model/model.ts'
import { ParameterReader, readInput, type AskedList } from './asked-list.ts'
import { CursorSeal, type CursorKey } from './cursor.ts'
import type { ListInput } from './list-input.ts'
import type { AnyListOptions } from './list-options.ts'
import { planList, type ListContext, type ListPlan } from './list-plan.ts'
import { queryInvalid, queryProblems, unknownNames, type AllowedNames } from './list-problems.ts'
import { PageRequest, type ListRequest } from './list-request.ts'
import { listSchema } from './list-schema.ts'

/** The language in which one list is asked for, in URLs and in code. */
export interface ListQuery {
  /** Of the query parameters. */
  readonly schema: z.ZodType<object>
  /** The operation's answer to names that the list does not have. */
  readonly onInvalid: (issues: readonly Issue[]) => AshlarError | undefined
  /**
   * Reads query parameters that the schema has passed.
   *
   * @throws CursorInvalid, QueryInvalid
   */
  read(query: Readonly<Record<string, unknown>>, key: CursorKey): ListRequest
  /**
   * Refuses names that this list does not have, in a query that another list's schema has passed: one with more columns.
   *
   * @throws QueryInvalid
   */
  check(query: Readonly<Record<string, unknown>>): void
  /**
   * Reads what code asks for: any visible column, with any operator it has.
   *
   * @throws CursorInvalid, and TypeError for names that the table does not have.
   */
  readObject(input: ListInput, key: CursorKey): ListRequest
}

/** @throws TypeError, RangeError for options that do not fit the table. */
export function listQuery(model: Model, options: AnyListOptions, context: ListContext): ListQuery {
  return new PlannedList(planList(model, options, context))
}

class PlannedList implements ListQuery {
  readonly schema: z.ZodType<object>
  readonly onInvalid: ListQuery['onInvalid']
  readonly #plan: ListPlan
  readonly #allowed: AllowedNames
  readonly #reader: ParameterReader
  #sealed: { readonly key: CursorKey; readonly seal: CursorSeal } | undefined

  constructor(plan: ListPlan) {
    this.#plan = plan
    this.#reader = new ParameterReader(plan)
    this.schema = listSchema(plan.parameters)
    const allowed = allowedNames(plan, this.schema)
    this.#allowed = allowed
    this.onInvalid = (issues) => queryProblems(issues, allowed)
  }

  check(query: Readonly<Record<string, unknown>>): void {
    const problems = unknownNames(query, this.#allowed)
    if (problems.length > 0) throw queryInvalid(problems)
  }

  read(query: Readonly<Record<string, unknown>>, key: CursorKey): ListRequest {
    return this.#request(this.#reader.read(query), key)
  }

  readObject(input: ListInput, key: CursorKey): ListRequest {
    return this.#request(readInput(this.#plan, input), key)
  }

  #request(asked: AskedList, key: CursorKey): ListRequest {
    return new PageRequest(this.#plan, asked, this.#sealFor(key))
  }

  /** An app has one key; deriving from it takes longer than all the rest. */
  #sealFor(key: CursorKey): CursorSeal {
    if (this.#sealed?.key !== key) this.#sealed = { key, seal: new CursorSeal(key) }
    return this.#sealed.seal
  }
}

function allowedNames({ parameters }: ListPlan, schema: z.ZodType<object>): AllowedNames {
  const { sort, fields, include, count } = parameters
  return {
    parameters: Object.keys((schema as z.ZodObject).shape),
    choices: { sort, fields, include, count: ['none', ...count] },
  }
}
