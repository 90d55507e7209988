import { literal, ownName } from '../../sql-text.ts'
import type { Catalog, EnumType, Table } from '../catalog/catalog.ts'
import { byId, byName, pair } from '../diff/pairs.ts'
import type { Decisions, Question } from './decisions.ts'

/** A rename that was decided, as the statement that does it. */
export interface Rename {
  readonly from: string
  readonly to: string
  readonly sql: string
}

/** Something that has gone, and what it may have become. */
interface Candidate {
  readonly from: string
  readonly what: string
  /** All that have come. */
  readonly come: readonly { readonly id: string; readonly sql: string; readonly similar: boolean }[]
}

/** Tables and enums first: their columns are compared under the new name. */
export function objectCandidates(from: Catalog, to: Catalog): readonly Candidate[] {
  const tables = pair(from.tables, to.tables, byId)
  const enums = pair(from.enums, to.enums, byId)
  return [
    ...tables.gone.map((table) => ({
      from: table.id,
      what: 'table',
      come: tables.come
        .filter(({ schema }) => schema === table.schema)
        .map((other) => ({
          id: other.id,
          sql: `ALTER TABLE ${table.sql} RENAME TO ${ownName(other.sql)}`,
          similar: areSimilar(columnTexts(table), columnTexts(other)),
        })),
    })),
    ...enums.gone.map((type) => ({
      from: type.id,
      what: 'enum',
      come: enums.come
        .filter(({ schema }) => schema === type.schema)
        .map((other) => ({
          id: other.id,
          sql: `ALTER TYPE ${type.sql} RENAME TO ${ownName(other.sql)}`,
          similar: areSimilar(type.values, other.values),
        })),
    })),
  ]
}

export function memberCandidates(from: Catalog, to: Catalog): readonly Candidate[] {
  return [
    ...pair(from.tables, to.tables, byId).both.flatMap(columnCandidates),
    ...pair(from.enums, to.enums, byId).both.flatMap(valueCandidates),
  ]
}

function columnCandidates({ from, to }: { readonly from: Table; readonly to: Table }): readonly Candidate[] {
  const { gone, come } = pair(from.columns, to.columns, byName)
  return gone.map((column) => ({
    from: `${from.id}.${column.name}`,
    what: 'column',
    come: come.map((other) => ({
      id: `${from.id}.${other.name}`,
      sql: `ALTER TABLE ${from.sql} RENAME COLUMN ${column.sql} TO ${other.sql}`,
      similar:
        baseType(column.type) === baseType(other.type) &&
        (column.generated === undefined) === (other.generated === undefined),
    })),
  }))
}

function valueCandidates({ from, to }: { readonly from: EnumType; readonly to: EnumType }): readonly Candidate[] {
  const gone = from.values.filter((value) => !to.values.includes(value))
  const come = to.values.filter((value) => !from.values.includes(value))
  return gone.map((value) => ({
    from: `${from.id}.${value}`,
    what: 'enum value',
    come: come.map((other) => ({
      id: `${from.id}.${other}`,
      sql: `ALTER TYPE ${from.sql} RENAME VALUE ${literal(value)} TO ${literal(other)}`,
      // One that stands where the other stood.
      similar: from.values.indexOf(value) === to.values.indexOf(other),
    })),
  }))
}

/** `varchar(20)` and `varchar(40)` hold the same kind of value. */
function baseType(type: string): string {
  return type.replace(/\([\d,]+\)/, '')
}

function columnTexts({ columns }: Table): readonly string[] {
  return columns.map(({ name, type }) => `${name} ${type}`)
}

/** At least half of both is the same. */
function areSimilar(a: readonly string[], b: readonly string[]): boolean {
  const shared = a.filter((text) => b.includes(text)).length
  return shared * 2 >= Math.max(a.length, b.length) && shared > 0
}

/** Splits candidates into renames that were decided and questions that are open. */
export function reviewRenames(
  candidates: readonly Candidate[],
  { renames = {}, drops = [] }: Decisions,
): { readonly renames: readonly Rename[]; readonly questions: readonly Question[] } {
  const decided = candidates.flatMap(({ from, come }) => {
    const found = come.find(({ id }) => id === renames[from])
    return found === undefined ? [] : [{ from, to: found.id, sql: found.sql }]
  })
  const taken = new Set(decided.map(({ to }) => to))
  const questions = candidates.flatMap((candidate) => {
    const similar = candidate.come.filter(({ id, similar }) => similar && !taken.has(id)).map(({ id }) => id)
    const settled = candidate.from in renames || drops.includes(candidate.from) || similar.length === 0
    return settled ? [] : [questionOf(candidate, similar)]
  })
  return { renames: decided, questions }
}

function questionOf({ from, what }: Candidate, candidates: readonly string[]): Question {
  return {
    kind: 'rename',
    object: from,
    candidates,
    text: `The ${what} ${from} has gone, and ${candidates.join(' and ')} ${candidates.length === 1 ? 'has' : 'have'} come: was it renamed, or is it dropped?`,
    flags: [...candidates.map((to) => `--rename ${shellWord(`${from}=${to}`)}`), `--drop ${shellWord(from)}`],
  }
}

/** As a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w.=/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
