import { regexes } from 'zod/v4/core'
import { isoText } from './iso-date.ts'

/**
 * A conversion gives the runtime value, or the value unchanged where it is not one it understands: the schema then says what is wrong.
 */
export type Conversion = (value: unknown) => unknown

/** Longer numerals are refused before they are read: reading grows with the square of the length. Python has the same limit. */
const MAX_DIGITS = 4300
const INTEGER = /^[+-]?\d{1,400}(?:\.0*)?$/
const NUMBER = /^[+-]?(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][+-]?\d{1,4})?$/
const DIGITS = /^-?\d+$/
const DATE_TIME = regexes.datetime({ offset: true })
const DATE = new RegExp(regexes.date.source)

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'true', 'on', 'yes', 't', 'y'].map((word) => [word, true] as const),
  ...['0', 'false', 'off', 'no', 'f', 'n'].map((word) => [word, false] as const),
])

export function dateFromJson(value: unknown): unknown {
  return typeof value === 'string' && DATE_TIME.test(value) ? new Date(value) : value
}

/** A date without a time is midnight UTC: what a filter such as `?since=2026-01-01` means. */
export function dateFromString(value: unknown): unknown {
  return typeof value === 'string' && (DATE_TIME.test(value) || DATE.test(value)) ? new Date(value) : value
}

export function bigintFromJson(value: unknown): unknown {
  if (typeof value === 'string') return value.length <= MAX_DIGITS && DIGITS.test(value) ? BigInt(value) : value
  return Number.isSafeInteger(value) ? BigInt(value as number) : value
}

export function integerFromString(value: unknown): unknown {
  return typeof value === 'string' && INTEGER.test(value) ? Number(value) : value
}

export function numberFromString(value: unknown): unknown {
  return typeof value === 'string' && NUMBER.test(value) ? Number(value) : value
}

export function booleanFromString(value: unknown): unknown {
  return typeof value === 'string' ? (BOOLEANS.get(value.toLowerCase()) ?? value) : value
}

/** One repetition of a repeatable parameter is a list of one. */
export function listFromString(value: unknown): unknown {
  return typeof value === 'string' ? [value] : value
}

/** Each repetition may hold several items, parted by commas. */
export function itemsFromString(value: unknown): unknown {
  const texts = listFromString(value)
  if (!Array.isArray(texts)) return texts
  return texts.flatMap((text: unknown) => (typeof text === 'string' ? text.split(',') : [text]))
}

/** For literals and enums: the string that reads like one of the values is that value. */
export function choiceFromString(values: Iterable<unknown>): Conversion {
  const byText = new Map<string, unknown>()
  for (const value of values)
    if (!byText.has(String(value)) || typeof value === 'string') byText.set(String(value), value)
  return (value) => (typeof value === 'string' && byText.has(value) ? byText.get(value) : value)
}

export function dateToJson(value: unknown): unknown {
  return value instanceof Date ? isoText(value) : value
}

export function bigintToJson(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
