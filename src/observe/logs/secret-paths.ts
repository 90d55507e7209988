import { REDACTED } from '../../core/secret.ts'

/** The path of an operation, and which of its parameters must not be shown. */
export interface SecretPath {
  readonly template: string
  readonly hidden: ReadonlySet<string>
}

/** Longer ones are cut: nobody's path is, and a scanner's may be. */
const LONGEST = 500

/** Paths as they may be written down: without the values of parameters that are secret, such as the token of a link. */
export class SecretPaths {
  readonly #patterns: RegExp[] = []

  add(path: SecretPath): void {
    if (path.hidden.size > 0) this.#patterns.push(patternOf(path))
  }

  /** @param path - Without a query, and without what stands before the app's own paths. */
  readonly shown = (path: string): string => {
    let shown = path
    for (const pattern of this.#patterns) shown = hide(shown, pattern)
    return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown
  }
}

/** One group for each value that is hidden. */
function patternOf({ template, hidden }: SecretPath): RegExp {
  const segments = template.split('/').map((segment) => {
    const value = segment.startsWith('*') ? '.*' : '[^/]+'
    if (segment.startsWith(':') || segment.startsWith('*')) return hidden.has(segment.slice(1)) ? `(${value})` : value
    return RegExp.escape(segment)
  })
  return new RegExp(`^${segments.join('/')}/?$`, 'd')
}

function hide(path: string, pattern: RegExp): string {
  const found = pattern.exec(path)
  if (found === null) return path
  let shown = path
  // From the end, so that the places before stay where they are.
  for (const [begin, end] of (found.indices?.slice(1) ?? [])
    .flatMap((place) => (place === undefined ? [] : [place]))
    .reverse())
    shown = shown.slice(0, begin) + REDACTED + shown.slice(end)
  return shown
}
