import { REDACTED, Secret } from '../../core/secret.ts'
import type { HiddenNames } from './hidden-names.ts'
import { safeError } from './safe-error.ts'

/** What is deeper is left out: log lines are read by people, and a line must not cost more than the request. */
const MAX_DEPTH = 5
const MAX_VALUES = 1_000
const TOO_MUCH = '[left out: too deep or too much]'

/** The fields of a log line without secrets: the very same object where there are none. Never throws: a log line must not fail a request. */
export function redacted(fields: object, names: HiddenNames, credentials: readonly string[] = []): object {
  try {
    const shown = new Redaction(names, credentials).value(fields, 0)
    return typeof shown === 'object' && shown !== null ? shown : { value: shown }
  } catch (error) {
    return { unreadable: error instanceof Error ? error.name : true }
  }
}

/** One line's: it counts how much it has looked at. */
export class Redaction {
  readonly names: HiddenNames
  /** Texts that must not be in an error's message. */
  readonly credentials: readonly string[]
  #left = MAX_VALUES

  constructor(names: HiddenNames, credentials: readonly string[]) {
    this.names = names
    this.credentials = credentials
  }

  value(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null || value instanceof Date) return value
    if (value instanceof Secret) return REDACTED
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
    this.#left -= 1
    if (depth > MAX_DEPTH || this.#left < 0) return TOO_MUCH
    if (value instanceof Error) return safeError(value, this, depth)
    if (Array.isArray(value)) return this.#list(value as readonly unknown[], depth)
    const pairs = pairsOf(value)
    if (pairs !== undefined) return this.fields(pairs, depth)
    if (hasJson(value)) return this.value(value.toJSON(), depth + 1)
    return this.fields(value as Readonly<Record<string, unknown>>, depth)
  }

  /** A copy only where something has to be left out. */
  fields(fields: Readonly<Record<string, unknown>>, depth: number): Readonly<Record<string, unknown>> {
    let copy: Record<string, unknown> | undefined
    for (const name of Object.keys(fields)) {
      const value = fields[name]
      const shown = this.#isHidden(name, value) ? REDACTED : this.value(value, depth + 1)
      if (shown !== value) (copy ??= { ...fields })[name] = shown
    }
    return copy ?? fields
  }

  /** Whether there is something or not is no secret. */
  #isHidden(name: string, value: unknown): boolean {
    return value !== undefined && value !== null && typeof value !== 'boolean' && this.names.has(name)
  }

  #list(list: readonly unknown[], depth: number): readonly unknown[] {
    const shown = list.slice(0, Math.max(0, this.#left)).map((value) => this.value(value, depth + 1))
    if (shown.length < list.length) return [...shown, TOO_MUCH]
    return shown.every((value, index) => value === list[index]) ? list : shown
  }
}

/** What JSON would show nothing of, and `inspect` all. */
function pairsOf(value: object): Readonly<Record<string, unknown>> | undefined {
  if (value instanceof Map || value instanceof Headers || value instanceof URLSearchParams || value instanceof FormData)
    return Object.fromEntries<unknown>(
      [...(value as Iterable<[unknown, unknown]>)].map(([key, each]) => [String(key), each]),
    )
  return value instanceof Set ? Object.fromEntries([...(value as Iterable<unknown>)].entries()) : undefined
}

function hasJson(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}
