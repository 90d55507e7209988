import type { BinaryType } from './binary-columns.ts'

/** PostgreSQL counts from 2000-01-01, in microseconds. */
const EPOCH_MS = 946_684_800_000n
const INFINITY = 0x7fff_ffff_ffff_ffffn
const MINUS_INFINITY = -INFINITY - 1n

/** The text PostgreSQL writes for a value it has sent in binary form, in UTC. */
export function binaryText(type: BinaryType, bytes: Buffer, at: number): string {
  if (type === 'uuid') return uuidText(bytes.toString('hex', at, at + 16))
  const zone = type === 'timestamptz' ? '+00' : ''
  return nearText(bytes.readInt32BE(at), bytes.readUInt32BE(at + 4), zone) ?? timeText(bytes.readBigInt64BE(at), zone)
}

/** A number is exact so far from 2000: from 1715 to 2285. */
const EXACT_HIGH = 0x1f_ffff

function nearText(high: number, low: number, zone: string): string | undefined {
  if (high > EXACT_HIGH || high < -EXACT_HIGH) return undefined
  const time = high * 0x1_0000_0000 + low
  const seconds = Math.floor(time / 1_000_000)
  const iso = new Date(Number(EPOCH_MS) + seconds * 1000).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fractionText(time - seconds * 1_000_000)}${zone}`
}

function fractionText(micros: number): string {
  return micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`
}

function uuidText(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function timeText(time: bigint, zone: string): string {
  if (time === INFINITY) return 'infinity'
  if (time === MINUS_INFINITY) return '-infinity'
  const micros = ((time % 1_000_000n) + 1_000_000n) % 1_000_000n
  const { year, monthAndDay } = dayOf((time - micros) / 1_000_000n)
  const seconds = Number((((time - micros) / 1_000_000n) % 86_400n) + 86_400n) % 86_400
  const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((each) => twoDigits(Math.floor(each))).join(':')
  const [shown, era] = year > 0 ? [year, ''] : [1 - year, ' BC']
  return `${String(shown).padStart(4, '0')}-${monthAndDay} ${clock}${fractionText(Number(micros))}${zone}${era}`
}

/** Years from 4713 BC to 294276 AD: more than a `Date` has, whose calendar repeats itself after 400 years. */
function dayOf(seconds: bigint): { year: number; monthAndDay: string } {
  const cycle = 146_097n * 86_400n
  const within = ((seconds % cycle) + cycle) % cycle
  const date = new Date(Number(EPOCH_MS + within * 1000n))
  const year = date.getUTCFullYear() + 400 * Number((seconds - within) / cycle)
  return { year, monthAndDay: `${twoDigits(date.getUTCMonth() + 1)}-${twoDigits(date.getUTCDate())}` }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
