/* oxlint-disable eslint/max-params -- called for each value: an object of parameters would cost more than the copy */

/**
 * Copies of values whose JSON is their text, four bytes at a time. Each gives where it has stopped writing, or -1 where the text is not of
 * the plain form it looks for; what it wrote until then is written over.
 */

const [QUOTE, BACKSLASH, SPACE, MINUS, POINT, ZERO, NINE] = [0x22, 0x5c, 0x20, 0x2d, 0x2e, 0x30, 0x39]
const [PLUS, LETTER_T, LETTER_Z] = [0x2b, 0x54, 0x5a]

/** Text without quotes, backslashes and bytes below 0x20. */
export function copyText(view: DataView, from: number, to: number, target: DataView, at: number): number {
  let [read, write] = [from, at]
  for (const last = to - 4; read <= last; read += 4, write += 4) {
    const four = view.getInt32(read, true)
    const quotes = four ^ 0x22222222
    const backslashes = four ^ 0x5c5c5c5c
    // For each of the three: a byte's high bit is set where it is less than 0x20, or nothing but the byte looked for.
    // See "Determine if a word has a byte less than n" and "has a zero byte" in Sean Anderson's Bit Twiddling Hacks.
    const found =
      ((four - 0x20202020) & ~four) | ((quotes - 0x01010101) & ~quotes) | ((backslashes - 0x01010101) & ~backslashes)
    if ((found & 0x80808080) !== 0) return -1
    target.setInt32(write, four, true)
  }
  for (; read < to; read += 1, write += 1) {
    const byte = view.getUint8(read)
    if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) return -1
    target.setUint8(write, byte)
  }
  return write
}

/** Text without bytes below 0x20: JSON of `jsonb`. */
export function copyJson(view: DataView, from: number, to: number, target: DataView, at: number): number {
  let [read, write] = [from, at]
  for (const last = to - 4; read <= last; read += 4, write += 4) {
    const four = view.getInt32(read, true)
    if (((four - 0x20202020) & ~four & 0x80808080) !== 0) return -1
    target.setInt32(write, four, true)
  }
  for (; read < to; read += 1, write += 1) {
    const byte = view.getUint8(read)
    if (byte < SPACE) return -1
    target.setUint8(write, byte)
  }
  return write
}

/** Text of which it is known that nothing in it needs escaping. */
export function copyToken(view: DataView, from: number, to: number, target: DataView, at: number): number {
  let [read, write] = [from, at]
  for (const last = to - 4; read <= last; read += 4, write += 4) target.setInt32(write, view.getInt32(read, true), true)
  for (; read < to; read += 1, write += 1) target.setUint8(write, view.getUint8(read))
  return write
}

/** With more digits a number may not be the nearest to its text any more. */
const EXACT_DIGITS = 15

/**
 * Decimal numbers which JavaScript writes as PostgreSQL does: of at most 15 digits, without an exponent, and with no zero at the end of the
 * fraction or at the beginning of a small one.
 */
export function copyNumber(view: DataView, from: number, to: number, target: DataView, at: number): number {
  if (to - from > EXACT_DIGITS) return -1
  const isNegative = view.getUint8(from) === MINUS
  if (!isNegative) return copyDigits(view, from, to, target, at)
  target.setUint8(at, MINUS)
  // Not of `-0`, which is 0 in JSON.
  return isLoneZero(view, from + 1, to) ? -1 : copyDigits(view, from + 1, to, target, at + 1)
}

function copyDigits(view: DataView, from: number, to: number, target: DataView, at: number): number {
  if (
    from === to ||
    (view.getUint8(from) === ZERO && !isLoneZero(view, from, to) && !isPlainFraction(view, from, to))
  ) {
    return -1
  }
  let hasPoint = false
  let byte = 0
  for (let read = from; read < to; read += 1) {
    byte = view.getUint8(read)
    if (byte === POINT && !hasPoint) hasPoint = true
    else if (byte < ZERO || byte > NINE) return -1
    target.setUint8(at + read - from, byte)
  }
  return hasPoint && byte === ZERO ? -1 : at + to - from
}

function isLoneZero(view: DataView, from: number, to: number): boolean {
  return to - from === 1 && view.getUint8(from) === ZERO
}

/** `0.5`, not `0.0000001`, which has an exponent in JavaScript. */
function isPlainFraction(view: DataView, from: number, to: number): boolean {
  return to - from > 2 && view.getUint8(from + 1) === POINT && view.getUint8(from + 2) !== ZERO
}

/** `2026-01-02 03:04:05` */
const SECONDS_LENGTH = 19
const ZONE_LENGTH = 3

/** A time with a year of four digits, in UTC or without a zone, as `isoTime` writes it. */
export function copyTimestamp(view: DataView, from: number, to: number, target: DataView, at: number): number {
  if (to - from < SECONDS_LENGTH || view.getUint8(from + 4) !== MINUS || view.getUint8(from + 10) !== SPACE) return -1
  const zone = to - ZONE_LENGTH
  // `+00`: two of its bytes are looked at as one number.
  const isUtc = view.getUint8(zone) === PLUS && view.getUint16(zone + 1) === 0x3030
  const end = isUtc ? zone : to
  for (let four = 0; four < 16; four += 4) target.setInt32(at + four, view.getInt32(from + four, true), true)
  target.setInt32(at + 15, view.getInt32(from + 15, true), true)
  target.setUint8(at + 10, LETTER_T)
  const written = copyFraction(view, from + SECONDS_LENGTH, end, target, at + SECONDS_LENGTH)
  if (written < 0 || !isUtc) return written
  target.setUint8(written, LETTER_Z)
  return written + 1
}

/** The same with three digits, as a `Date` has them. Without a zone it is in UTC, as for Drizzle. */
export function copyInstant(view: DataView, from: number, to: number, target: DataView, at: number): number {
  return copyTimestamp(view, from, to, target, at) < 0 ? -1 : endWithMilliseconds(target, at)
}

/** Cuts a time behind its milliseconds: three digits are always there. */
export function endWithMilliseconds(target: DataView, at: number): number {
  target.setUint8(at + SECONDS_LENGTH + 4, LETTER_Z)
  return at + SECONDS_LENGTH + 5
}

/** Three digits at least. */
function copyFraction(view: DataView, from: number, to: number, target: DataView, at: number): number {
  target.setUint8(at, POINT)
  if (from < to && view.getUint8(from) !== POINT) return -1
  let write = at + 1
  for (let read = from + 1; read < to; read += 1, write += 1) {
    const byte = view.getUint8(read)
    if (byte < ZERO || byte > NINE) return -1
    target.setUint8(write, byte)
  }
  for (; write < at + 4; write += 1) target.setUint8(write, ZERO)
  return write
}
