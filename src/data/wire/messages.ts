import type { BinaryColumns } from './binary-columns.ts'
import { parameterOf } from './values.ts'

/**
 * The messages of PostgreSQL's extended query protocol, version 3.0.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export interface QueryMessages {
  /** Prepared statements to close first. */
  readonly close: readonly string[]
  /** SQL to parse under the name; undefined where the server has done so. */
  readonly parse: string | undefined
  /** Whether the server is to tell the columns of what is parsed. Default `true`. */
  readonly describe?: boolean
  /** The statement's name on the server; empty for the unnamed one. */
  readonly name: string
  readonly values: readonly unknown[]
  /** The columns of the result that are to come in binary form. */
  readonly binary: BinaryColumns | undefined
  /** Whether a Sync follows, which ends the implicit transaction. Default `true`. */
  readonly sync?: boolean
}

const [CLOSE, PARSE, DESCRIBE, BIND] = [0x43, 0x50, 0x44, 0x42]
/** Execute the unnamed portal without a limit of rows, then Sync. */
const EXECUTE_AND_SYNC = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0x53, 0, 0, 0, 4])
const SYNC_LENGTH = 5
/** Longer texts are measured; for shorter ones three bytes for each UTF-16 unit are set aside. */
const SHORT = 128
const STATEMENT = 0x53
const MAX_PARAMETERS = 65_535

/** Close, Parse with Describe, Bind, Execute and Sync in one buffer. What has been parsed is described already. */
export function queryMessages(messages: QueryMessages): Buffer {
  const { close, parse, name, values, binary, sync = true } = messages
  if (values.length > MAX_PARAMETERS) {
    throw new RangeError(
      `A statement takes ${MAX_PARAMETERS} values at most, and here are ${values.length}: pass arrays, or split it.`,
    )
  }
  const parameters = values.map(parameterOf)
  const writer = new MessageWriter(sizeOf(close, parse, name, parameters) + 2 * (binary?.types.length ?? 0))
  for (const closed of close) {
    writer.begin(CLOSE)
    writer.byte(STATEMENT)
    writer.cstring(closed)
    writer.end()
  }
  if (parse !== undefined) writeParse(writer, name, parse, messages.describe ?? true)
  writeBind(writer, name, parameters)
  writer.formats(binary?.types)
  writer.end()
  return writer.finish(sync)
}

function writeParse(writer: MessageWriter, name: string, text: string, describe: boolean): void {
  // It would end the text for the server, and the rest be read as something else.
  if (text.includes('\0')) throw new TypeError('SQL cannot hold the character U+0000: leave it out.')
  writer.begin(PARSE)
  writer.cstring(name)
  writer.cstring(text)
  writer.int16(0)
  writer.end()
  if (!describe) return
  writer.begin(DESCRIBE)
  writer.byte(STATEMENT)
  writer.cstring(name)
  writer.end()
}

function writeBind(writer: MessageWriter, name: string, parameters: readonly (string | Uint8Array | null)[]): void {
  writer.begin(BIND)
  writer.byte(0)
  writer.cstring(name)
  // No format codes: all are text.
  if (parameters.every((each) => typeof each !== 'object' || each === null)) writer.int16(0)
  else {
    writer.int16(parameters.length)
    for (const each of parameters) writer.int16(typeof each === 'object' && each !== null ? 1 : 0)
  }
  writer.int16(parameters.length)
  for (const each of parameters) writer.parameter(each)
}

function sizeOf(
  close: readonly string[],
  parse: string | undefined,
  name: string,
  parameters: readonly (string | Uint8Array | null)[],
): number {
  // Names are ours, and ASCII.
  let size = 80 + 3 * name.length + (parse === undefined ? 0 : Buffer.byteLength(parse))
  for (const closed of close) size += 8 + closed.length
  for (const each of parameters) {
    if (each === null) size += 6
    else if (typeof each === 'string') size += 6 + (each.length < SHORT ? 3 * each.length : Buffer.byteLength(each))
    else size += 6 + each.length
  }
  return size
}

class MessageWriter {
  readonly #bytes: Buffer
  #at = 0
  #begun = 0

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size + EXECUTE_AND_SYNC.length)
  }

  begin(type: number): void {
    this.#bytes[this.#at] = type
    this.#begun = this.#at + 1
    this.#at += 5
  }

  /** The length counts itself, and not the type. */
  end(): void {
    this.#bytes.writeInt32BE(this.#at - this.#begun, this.#begun)
  }

  byte(value: number): void {
    this.#bytes[this.#at] = value
    this.#at += 1
  }

  int16(value: number): void {
    this.#at = this.#bytes.writeUInt16BE(value, this.#at)
  }

  cstring(text: string): void {
    this.#text(text)
    this.byte(0)
  }

  parameter(value: string | Uint8Array | null): void {
    if (value === null) {
      this.#at = this.#bytes.writeInt32BE(-1, this.#at)
      return
    }
    const lengthAt = this.#at
    this.#at += 4
    if (typeof value === 'string') this.#text(value)
    else {
      this.#bytes.set(value, this.#at)
      this.#at += value.length
    }
    this.#bytes.writeInt32BE(this.#at - lengthAt - 4, lengthAt)
  }

  /** None: all columns come as text. Else one for each; a column of which nothing is said comes as text. */
  formats(types: BinaryColumns['types'] = []): void {
    this.int16(types.length)
    for (const type of types) this.int16(type === undefined ? 0 : 1)
  }

  finish(sync: boolean): Buffer {
    this.#bytes.set(EXECUTE_AND_SYNC, this.#at)
    return this.#bytes.subarray(0, this.#at + EXECUTE_AND_SYNC.length - (sync ? 0 : SYNC_LENGTH))
  }

  /** Short ASCII byte by byte: a call into the engine costs more. */
  #text(text: string): void {
    const bytes = this.#bytes
    const { length } = text
    let at = this.#at
    if (length < SHORT) {
      let index = 0
      for (; index < length; index += 1) {
        const code = text.charCodeAt(index)
        if (code > 0x7f) break
        bytes[at + index] = code
      }
      if (index === length) {
        this.#at = at + length
        return
      }
    }
    at += bytes.write(text, at, 'utf8')
    this.#at = at
  }
}
