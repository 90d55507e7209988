import { is, SQL } from 'drizzle-orm'
import type { ModelColumn } from '../model/model.ts'
import { templateOf, templateSql, type Template } from '../rows/predicate.ts'
import { sized } from '../rows/condition.ts'
import { place, placesOf } from '../statements/compile.ts'
import type { Definition } from './definition.ts'
import type { Stamps } from './stamps.ts'
import type { Fields } from './write-rows.ts'

/** What is written into columns: values, and SQL in the place of some, such as `default`. */
export interface Assignments {
  /** Equal for equal SQL. */
  readonly shape: string
  readonly columns: readonly ModelColumn[]
  readonly values: Readonly<Record<string, unknown>>
  /** Called only where no statement of this shape exists yet. */
  sets(): Stamps['sets']
}

/** `undefined` is absent. */
export function assignmentsOf({ model }: Definition, fields: Fields): Assignments {
  const columns = model.columns.filter(({ key }) => fields[key] !== undefined)
  const values: Record<string, unknown> = {}
  const templates = new Map<string, Template>()
  let shape = ''
  for (const { key } of columns) {
    const value = fields[key]
    shape += sized(key)
    if (!is(value, SQL)) {
      values[`v:${key}`] = value
      continue
    }
    // Its own values change from run to run, and are bound as all others are.
    const template = templateOf(value)
    templates.set(key, template)
    for (const [index, own] of template.values.entries()) values[`v:${key}:${index}`] = own
    shape += `=${sized(template.text)}`
  }
  return {
    shape,
    columns,
    values,
    sets: () =>
      columns.map((column) => {
        const template = templates.get(column.key)
        const name = `v:${column.key}`
        return {
          column,
          value: template === undefined ? place(name, column.column) : templateSql(template, placesOf(name)),
        }
      }),
  }
}

/** Values that Drizzle's columns make in the code. */
export function defaultsOf({ model }: Definition, when: 'create' | 'update'): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  for (const { key, column } of model.columns) {
    const make = when === 'create' ? (column.defaultFn ?? column.onUpdateFn) : column.onUpdateFn
    if (make !== undefined) made[key] = make()
  }
  return made
}

/** What is there. */
export function given(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
