import { and, isNotNull, isNull, or, sql, type SQL, type SQLWrapper } from 'drizzle-orm'

/** One term of an order, with whether the cursor's row has a value there. */
export interface KeysetTerm {
  readonly expression: SQLWrapper
  /** The cursor's value, bound. */
  readonly value: SQLWrapper
  readonly isNull: boolean
  readonly descending: boolean
  readonly nullable: boolean
  readonly nullsFirst: boolean
}

/**
 * Rows after the cursor's in the order of the terms. The last term is never null, and no two rows have equal terms.
 *
 * Where one index can be walked from the cursor on, it is a comparison of rows, which PostgreSQL turns into the start of the walk.
 *
 * @see PostgreSQL, "Row and Array Comparisons": Row Constructor Comparison
 */
export function afterCursor(terms: readonly KeysetTerm[]): SQL {
  const [first, ...rest] = terms
  if (first === undefined) return sql`false`
  if (areRow(terms)) return compareRows(terms)
  const { expression, value } = first
  if (first.isNull) return afterNull(first, rest)
  const beyond = first.descending ? sql`${expression} < ${value}` : sql`${expression} > ${value}`
  if (rest.length === 0) return beyond
  const nullsFollow = first.nullable && !first.nullsFirst
  if (nullsFollow) return any(beyond, isNull(expression), all(sql`${expression} = ${value}`, afterCursor(rest)))
  // `a >= x and (a > x or ...)` is `a > x or (a = x and ...)`, said so that an index on `a` is entered at x.
  const notBefore = first.descending ? sql`${expression} <= ${value}` : sql`${expression} >= ${value}`
  return all(notBefore, any(beyond, afterCursor(rest)))
}

function afterNull({ expression, nullsFirst }: KeysetTerm, rest: readonly KeysetTerm[]): SQL {
  const among = all(isNull(expression), afterCursor(rest))
  return nullsFirst ? any(isNotNull(expression), among) : among
}

/** A comparison of rows has one direction and is never true for a null: right where nulls come before the cursor. */
function areRow(terms: readonly KeysetTerm[]): boolean {
  return terms.every(
    ({ descending, nullable, nullsFirst, ...term }) =>
      descending === terms[0]?.descending && (!nullable || (nullsFirst && !term.isNull)),
  )
}

function compareRows(terms: readonly KeysetTerm[]): SQL {
  const operator = sql.raw(terms[0]?.descending === true ? ' < ' : ' > ')
  const row = (parts: readonly SQLWrapper[]): SQL => {
    const list = sql.join(
      parts.map((part) => sql`${part}`),
      sql`, `,
    )
    return parts.length === 1 ? list : sql`(${list})`
  }
  return sql`${row(terms.map(({ expression }) => expression))}${operator}${row(terms.map(({ value }) => value))}`
}

// Drizzle gives nothing only where it is given nothing.
const all = (...conditions: SQL[]): SQL => and(...conditions) as SQL
const any = (...conditions: SQL[]): SQL => or(...conditions) as SQL
