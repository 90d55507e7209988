/* oxlint-disable eslint/max-params -- called for each value: an object of parameters would cost more than the work */

/**
 * Values in binary form as text of JSON, without quotes. As in `json-copy.ts`, each gives where it has stopped writing, or -1 for values it is
 * not made for.
 */

import { endWithMilliseconds } from './json-copy.ts'

const LITTLE = true
const [MINUS, COLON, POINT, LETTER_T, LETTER_Z, ZERO] = [0x2d, 0x3a, 0x2e, 0x54, 0x5a, 0x30]
const BYTE_TEXTS = pairs(256, 16)
const PAIRS = pairs(100, 10)

/** Two digits each, as the 16-bit number that stores them. */
function pairs(count: number, radix: number): Uint16Array {
  return Uint16Array.from({ length: count }, (_, value) =>
    Buffer.from(value.toString(radix).padStart(2, '0')).readUInt16LE(0),
  )
}

export function writeUuid(view: DataView, from: number, _to: number, target: DataView, at: number): number {
  let write = at
  for (let index = 0; index < 16; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) {
      target.setUint8(write, MINUS)
      write += 1
    }
    target.setUint16(write, BYTE_TEXTS[view.getUint8(from + index)]!, LITTLE)
    write += 2
  }
  return write
}

export function writeTimestamptz(view: DataView, from: number, _to: number, target: DataView, at: number): number {
  const end = writeTimestamp(view, from, _to, target, at)
  if (end < 0) return end
  target.setUint8(end, LETTER_Z)
  return end + 1
}

export function writeInstant(view: DataView, from: number, _to: number, target: DataView, at: number): number {
  return writeTimestamp(view, from, _to, target, at) < 0 ? -1 : endWithMilliseconds(target, at)
}

const DAY_US = 86_400_000_000
/** A number is exact so far from 2000: from 1715 to 2285. */
const EXACT_HIGH = 0x1f_ffff

/** Microseconds since 2000-01-01, as `isoTime` writes a time. */
export function writeTimestamp(view: DataView, from: number, _to: number, target: DataView, at: number): number {
  const high = view.getInt32(from)
  if (high > EXACT_HIGH || high < -EXACT_HIGH) return -1
  const time = high * 0x1_0000_0000 + view.getUint32(from + 4)
  const days = Math.floor(time / DAY_US)
  const ofDay = time - days * DAY_US
  writeDay(days, target, at)
  target.setUint8(at + 10, LETTER_T)
  const seconds = Math.floor(ofDay / 1_000_000)
  const minutes = Math.trunc(seconds / 60)
  target.setUint16(at + 11, PAIRS[Math.trunc(minutes / 60)]!, LITTLE)
  target.setUint8(at + 13, COLON)
  target.setUint16(at + 14, PAIRS[minutes % 60]!, LITTLE)
  target.setUint8(at + 16, COLON)
  target.setUint16(at + 17, PAIRS[seconds % 60]!, LITTLE)
  target.setUint8(at + 19, POINT)
  return writeMicros(ofDay - seconds * 1_000_000, target, at + 20)
}

/** Six digits, without zeros at the end; three at least. */
function writeMicros(micros: number, target: DataView, at: number): number {
  const hundreds = Math.trunc(micros / 100)
  target.setUint16(at, PAIRS[Math.trunc(hundreds / 100)]!, LITTLE)
  target.setUint16(at + 2, PAIRS[hundreds % 100]!, LITTLE)
  target.setUint16(at + 4, PAIRS[micros % 100]!, LITTLE)
  let end = at + 6
  while (end > at + 3 && target.getUint8(end - 1) === ZERO) end -= 1
  return end
}

/** Days from 0000-03-01, which begins the years of the algorithm, to 2000-01-01. */
const DAYS_BEFORE_2000 = 730_425

/**
 * The date of a day after 2000-01-01, in years that end with February, so that leap days come last.
 *
 * @see Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days
 */
function writeDay(daysSince2000: number, target: DataView, at: number): void {
  const days = daysSince2000 + DAYS_BEFORE_2000
  const era = Math.floor(days / 146_097)
  const ofEra = days - era * 146_097
  const yearOfEra = Math.trunc(
    (ofEra - Math.trunc(ofEra / 1460) + Math.trunc(ofEra / 36_524) - Math.trunc(ofEra / 146_096)) / 365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100))
  const fromMarch = Math.trunc((5 * ofYear + 2) / 153)
  const day = ofYear - Math.trunc((153 * fromMarch + 2) / 5) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const century = Math.trunc(year / 100)
  target.setUint16(at, PAIRS[century]!, LITTLE)
  target.setUint16(at + 2, PAIRS[year - century * 100]!, LITTLE)
  target.setUint8(at + 4, MINUS)
  target.setUint16(at + 5, PAIRS[month]!, LITTLE)
  target.setUint8(at + 7, MINUS)
  target.setUint16(at + 8, PAIRS[day]!, LITTLE)
}
