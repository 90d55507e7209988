import { isoTime } from '../wire-times.ts'
import type { BinaryType } from './binary-columns.ts'
import { readArray, type ArrayElements } from './array-text.ts'
import { binaryText } from './binary-text.ts'
import { elementKind, type WireKind } from './columns.ts'
import type { JsonSink } from './json-sink.ts'

/** Writes one value that is not NULL, from its text in `bytes`, as JSON. */
export type ValueWriter = (sink: JsonSink, bytes: Buffer, from: number, to: number) => void

/** A value JSON has no form for. The answer is a 500: what the column holds is not what was declared. */
export class UnwritableValue extends Error {
  override readonly name = 'UnwritableValue'
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
/** `\u00XX` for one byte. */
const LONGEST_ESCAPE = 6

const LETTER_U = 0x75

/** What stands behind the backslash in place of a byte, as `JSON.stringify` has it; 0 where the byte stays, `u` where its code follows. */
const ESCAPES = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < SPACE || byte === QUOTE || byte === BACKSLASH ? JSON.stringify(String.fromCharCode(byte)).charCodeAt(2) : 0,
)

/** For every form of a column's values, and so not the fastest. */
export function valueWriter(kind: WireKind, binary?: BinaryType): ValueWriter {
  if (binary !== undefined) {
    const toJson = JSON_TEXTS[elementKind(kind)]
    return (sink, bytes, from) => sink.latin1(toJson(binaryText(binary, bytes, from)))
  }
  if (typeof kind === 'object') return arrayWriter(elementKind(kind))
  return kind === 'string' ? writeString : kind === 'json' ? writeJson : textWriter(kind)
}

function textWriter(kind: Exclude<WireKind, object>): ValueWriter {
  const toJson = JSON_TEXTS[kind]
  return (sink, bytes, from, to) => sink.latin1(toJson(bytes.toString('latin1', from, to)))
}

/** A text with escapes. UTF-8 stays: all that JSON escapes is ASCII. */
export function writeString(sink: JsonSink, source: Buffer, from: number, to: number): void {
  sink.reserve(LONGEST_ESCAPE * (to - from) + 2)
  const { bytes } = sink
  let at = sink.length
  bytes[at++] = QUOTE
  for (let index = from; index < to; index += 1) {
    const byte = source[index]!
    const escape = ESCAPES[byte]!
    if (escape === 0) bytes[at++] = byte
    else {
      bytes[at++] = BACKSLASH
      bytes[at++] = escape
      if (escape === LETTER_U) at += bytes.write(byte.toString(16).padStart(4, '0'), at, 'latin1')
    }
  }
  bytes[at++] = QUOTE
  sink.length = at
}

/** In valid JSON, bytes below 0x20 stand between the parts alone. As spaces they leave a line of JSON Lines one line. */
function writeJson(sink: JsonSink, source: Buffer, from: number, to: number): void {
  sink.reserve(to - from)
  const { bytes } = sink
  let at = sink.length
  for (let index = from; index < to; index += 1) {
    const byte = source[index]!
    bytes[at++] = byte < SPACE ? SPACE : byte
  }
  sink.length = at
}

function arrayWriter(kind: Exclude<WireKind, object>): ValueWriter {
  const toJson = JSON_TEXTS[kind]
  return (sink, bytes, from, to) => sink.latin1(arrayJson(readArray(bytes.toString('latin1', from, to), toJson)))
}

function arrayJson(elements: ArrayElements<string>): string {
  return `[${elements.map((each) => (Array.isArray(each) ? arrayJson(each) : (each ?? 'null'))).join(',')}]`
}

/** From a text whose characters are bytes of UTF-8 to such a text of JSON. */
type JsonText = (text: string) => string

const JSON_TEXTS: Readonly<Record<Exclude<WireKind, object>, JsonText>> = {
  number: numberJson,
  boolean: (text) => (text === 't' ? 'true' : 'false'),
  string: (text) => JSON.stringify(text),
  token: (text) => `"${text}"`,
  timestamp: (text) => `"${isoTime(text)}"`,
  instant: (text) => `"${instantOf(text).toISOString()}"`,
  json: (text) => text.replaceAll(/[\n\r\t]/g, ' '),
  bytes: (text) => `"${bytesOf(text).toString('base64')}"`,
}

function numberJson(text: string): string {
  const value = Number(text)
  if (Number.isFinite(value)) return String(value)
  throw new UnwritableValue(
    `The number ${text} has no form in JSON: keep it out of the column, or declare the column as text.`,
  )
}

/** A time as a `Date`; in UTC where it has no zone. */
export function instantOf(text: string): Date {
  const iso = isoTime(text)
  const instant = new Date(/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`)
  if (!Number.isNaN(instant.getTime())) return instant
  throw new UnwritableValue(
    `The time ${text} is none of a Date: keep it out of the column, or read the column as text.`,
  )
}

/** The bytes of bytea's text. */
export function bytesOf(text: string): Buffer {
  if (text.startsWith('\\x')) return Buffer.from(text.slice(2), 'hex')
  throw new UnwritableValue("The server writes bytea in its old form: set bytea_output to 'hex', which is the default.")
}
