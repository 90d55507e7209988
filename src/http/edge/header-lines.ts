/** Header lines as Node received them: name, value, name, value ... Names in the case they were sent in, values as Latin-1. */
export type HeaderLines = readonly string[]

/** Whether a header line's name is `lower`, compared without making a string where the first letter already tells. */
export function isNamed(name: string, lower: string): boolean {
  if (name.length !== lower.length || (name.charCodeAt(0) | 0x20) !== (lower.charCodeAt(0) | 0x20)) return false
  return name === lower || name.toLowerCase() === lower
}

/** The value of a header by its lower-case name; several lines are joined by `, `. */
export function headerOf(raw: HeaderLines, name: string): string | undefined {
  let joined: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    if (isNamed(raw[i]!, name)) joined = joined === undefined ? raw[i + 1]! : `${joined}, ${raw[i + 1]!}`
  }
  return joined
}

/** Every value of a header by its lower-case name, in order. */
export function headerValuesOf(raw: HeaderLines, name: string): string[] {
  const values: string[] = []
  for (let i = 0; i < raw.length; i += 2) if (isNamed(raw[i]!, name)) values.push(raw[i + 1]!)
  return values
}
