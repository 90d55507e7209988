import type { Node, ParseResult, ScanResult, ScanToken } from 'libpg-query'
import { quote } from '../sql-text.ts'
import { endOf, sourceOf, type Position } from './source.ts'
import { toStatement, type Statement } from './statement.ts'

/** The statements of a text, or the place where it stops being SQL. */
export type Parsed =
  | { readonly statements: readonly Statement[]; readonly problem?: undefined }
  | { readonly statements: readonly []; readonly problem: Position & { readonly message: string } }

export interface Parser {
  parse(sql: string): Parsed
  /** An identifier as SQL, in quotes where it needs them. */
  quote(identifier: string): string
}

/** PostgreSQL's own grammar. Some 15 ms the first time, and 2 MB, so only who reads SQL loads it. */
export async function loadParser(): Promise<Parser> {
  const { loadModule, parseSync, scanSync } = await import('libpg-query')
  await loadModule()
  return {
    parse: (sql) => parse(sql, parseSync, scanSync),
    quote: (identifier) => (isPlain(identifier, scanSync) ? identifier : quote(identifier)),
  }
}

function parse(sql: string, grammar: (sql: string) => ParseResult, scan: (sql: string) => ScanResult): Parsed {
  // The grammar reads to the first NUL, and what follows would go unseen. PostgreSQL itself takes none.
  const nul = sql.indexOf('\0')
  if (nul !== -1) return failure(sql.slice(0, nul), 'a NUL character, which SQL cannot hold')
  if (sql === '') return { statements: [] }
  try {
    const { stmts = [] } = grammar(sql)
    const source = sourceOf(sql)
    const tokens = tokensOf(sql, scan)
    let from = 0
    const statements = stmts.map(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
      const to = length === undefined ? source.size : start + length
      const own = tokens.filter((token) => token.start >= from && token.end <= to)
      from = to
      return toStatement(
        stmt as Node,
        own.filter((token) => !isComment(token)),
        own.filter(isComment).map(({ text, start }) => ({ text, ...source.positionOf(start) })),
        source,
      )
    })
    return { statements }
  } catch (error) {
    return failureOf(sql, error)
  }
}

/** The scanner's answer is JSON in which control characters are not escaped. Where they are not space they mean nothing to the grammar. */
function tokensOf(sql: string, scan: (sql: string) => ScanResult): readonly ScanToken[] {
  // oxlint-disable-next-line no-control-regex -- they are what is replaced
  return scan(sql.replaceAll(/[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, ' ')).tokens
}

function isComment({ tokenName }: ScanToken): boolean {
  return tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT'
}

function isPlain(identifier: string, scan: (sql: string) => ScanResult): boolean {
  if (!/^[a-z_][a-z0-9_$]*$/.test(identifier)) return false
  const kind = scan(identifier).tokens[0]?.keywordName
  return kind === 'NO_KEYWORD' || kind === 'UNRESERVED_KEYWORD' || kind === undefined
}

function failureOf(sql: string, error: unknown): Parsed {
  const { message, sqlDetails } = error as Error & { sqlDetails?: { cursorPosition: number } }
  // Its places are counted in characters, unlike those of the tree.
  if (sqlDetails !== undefined) return failure(Array.from(sql).slice(0, sqlDetails.cursorPosition).join(''), message)
  // An expression too deep for the stack, where PostgreSQL's own limit would end it too.
  return failure('', `the SQL cannot be read (${message})`)
}

function failure(before: string, message: string): Parsed {
  return { statements: [], problem: { ...endOf(before), message } }
}
