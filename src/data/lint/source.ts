/** A place in a text. Lines and columns are counted from 1; columns and the offset in UTF-16 units. */
export interface Position {
  readonly offset: number
  readonly line: number
  readonly column: number
}

/** A text as PostgreSQL sees it: its places are bytes of UTF-8. */
export interface Source {
  slice(from: number, to: number): string
  positionOf(byte: number): Position
  readonly size: number
}

export function sourceOf(sql: string): Source {
  const bytes = Buffer.from(sql)
  const slice = (from: number, to: number): string => bytes.toString('utf8', from, to)
  return { slice, positionOf: (byte) => endOf(slice(0, byte)), size: bytes.length }
}

/** The place right after a text. */
export function endOf(text: string): Position {
  const lines = text.split('\n')
  return { offset: text.length, line: lines.length, column: lines.at(-1)!.length + 1 }
}
