/** A longer text of a statement is cut: the log of slow statements has it whole. */
const LONGEST = 100

/** A statement as short as a line of a terminal asks for: the names of columns go first, as they say least of what it does. */
export function shortStatement(text: string): string {
  if (text.length <= LONGEST) return text
  const withoutColumns = text
    .replace(/^(select (?:distinct )?)[^]*? from /, '$1… from ')
    .replace(/^(insert into \S+ )\([^)]*\)/, '$1(…)')
    .replace(/ returning [^]*$/, ' returning …')
  return withoutColumns.length > LONGEST ? `${withoutColumns.slice(0, LONGEST)}…` : withoutColumns
}
