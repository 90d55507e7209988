import type { WireColumn, WireField, WireKind, WireObject } from './columns.ts'
import { writeInstant, writeTimestamp, writeTimestamptz, writeUuid } from './json-binary.ts'
import { copyJson, copyNumber, copyText, copyTimestamp, copyToken, copyInstant } from './json-copy.ts'
import { valueWriter } from './json-values.ts'
import { literalSize } from './json-literals.ts'
import type { BinaryColumns, BinaryType } from './binary-columns.ts'
import type { RowWriter } from './row-cursor.ts'
import { ROW_HEADER } from './row-set.ts'

type Copy = typeof copyText
/** A binary value's text is at most so much longer than the value and its length: 36 bytes of uuid for 20. */
const BINARY_GROWTH = 20

/** How the plain forms of a column's values are written, and whether in quotes. All other forms go to the complete writer. */
interface Plain {
  readonly copy: Copy
  readonly quoted: boolean
}

const BINARY: Readonly<Record<BinaryType, Plain>> = {
  uuid: { copy: writeUuid, quoted: true },
  timestamp: { copy: writeTimestamp, quoted: true },
  timestamptz: { copy: writeTimestamptz, quoted: true },
}

const INSTANT: Plain = { copy: writeInstant, quoted: true }

const COPIES: Readonly<Partial<Record<Extract<WireKind, string>, Plain>>> = {
  string: { copy: copyText, quoted: true },
  token: { copy: copyToken, quoted: true },
  timestamp: { copy: copyTimestamp, quoted: true },
  instant: { copy: copyInstant, quoted: true },
  number: { copy: copyNumber, quoted: false },
  json: { copy: copyJson, quoted: false },
}

function plainOf(kind: WireKind, binary: BinaryType | undefined): Plain | undefined {
  if (typeof kind === 'object') return undefined
  if (binary === undefined) return COPIES[kind]
  // A time that is declared as another kind of text is not to be written as ISO 8601.
  if (binary === 'uuid') return BINARY.uuid
  return kind === 'timestamp' ? BINARY[binary] : kind === 'instant' ? INSTANT : undefined
}

/**
 * The code that writes one row. Only numbers and names made here reach the code: keys become the numbers of their bytes, and functions are
 * passed in as constants.
 *
 * Its variables: `p` is where it writes in `bytes` (`target`: the same as a view), `at3` and `n3` are where column 3's value begins in
 * `view` and how long it is.
 */
export class RowProgram {
  readonly #shape: WireObject
  readonly #binary: BinaryColumns['types']
  readonly #constants = new Map<unknown, string>()
  readonly #code: string[] = []
  /** JSON text that is to be written before what comes next. */
  #literal = ''

  constructor(shape: WireObject, binary: BinaryColumns | undefined) {
    this.#shape = shape
    this.#binary = binary?.types ?? []
  }

  build(): RowWriter {
    this.#object(this.#shape)
    this.#flush()
    const columns = columnCount(this.#shape)
    const source = `"use strict";
return (cursor) => {
const { sink, view } = cursor;
const room = view.getInt32(cursor.start + 1) + ${literalSize(this.#shape) + BINARY_GROWTH * columns};
sink.reserve(room);
let { bytes, view: target, length: p } = sink, t = 0;
let at = cursor.start + ${ROW_HEADER};
${offsetsCode(columns)}
${this.#code.join('\n')}
sink.length = p;
};`
    // oxlint-disable-next-line typescript/no-implied-eval -- generated from numbers and names made here; see the class comment
    const factory = new Function(...this.#constants.values(), source) as (...values: unknown[]) => RowWriter
    return factory(...this.#constants.keys())
  }

  #object({ fields }: WireObject): void {
    this.#literal += '{'
    for (const [index, field] of fields.entries()) {
      this.#literal += `${index === 0 ? '' : ','}${JSON.stringify(field.key)}:`
      this.#field(field)
    }
    this.#literal += '}'
  }

  #field(field: WireField): void {
    if ('slot' in field) {
      this.#flush()
      this.#apart(`cursor.slots(${field.slot}, cursor.row, sink)`)
    } else if ('object' in field) {
      this.#nullable(field.presentIf, () => {
        this.#object(field.object)
        this.#flush()
      })
    } else this.#column(field)
  }

  #column(column: WireColumn): void {
    const { kind, index } = column
    const binary = this.#binary[index]
    const [from, to] = [`at${index}`, `at${index} + n${index}`]
    this.#nullable(index, () => {
      if (kind === 'boolean') return this.#boolean(from)
      const plain = plainOf(kind, binary)
      const complete = `${this.#constant(valueWriter(kind, binary))}(sink, cursor.bytes, ${from}, ${to})`
      if (plain === undefined) return this.#apart(complete)
      if (plain.quoted) this.#code.push('bytes[p] = 34;')
      const quote = plain.quoted ? 1 : 0
      this.#code.push(`t = ${this.#constant(plain.copy)}(view, ${from}, ${to}, target, p${quote ? ' + 1' : ''});`)
      this.#code.push(`if (t >= 0) { ${quote ? 'bytes[t] = 34; p = t + 1;' : 'p = t;'} } else {`)
      this.#apart(complete)
      this.#code.push('}')
    })
  }

  #nullable(index: number, present: () => void): void {
    this.#flush()
    this.#code.push(`if (n${index} < 0) { target.setInt32(p, ${word('null', 0)}, true); p += 4; } else {`)
    present()
    this.#code.push('}')
  }

  #boolean(from: string): void {
    this.#code.push(
      `if (view.getUint8(${from}) === 116) { target.setInt32(p, ${word('true', 0)}, true); p += 4; }`,
      `else { target.setInt32(p, ${word('fals', 0)}, true); bytes[p + 4] = 101; p += 5; }`,
    )
  }

  /** A call that writes to the sink itself, and may give it another buffer. */
  #apart(call: string): void {
    this.#code.push(`sink.length = p; ${call};`, 'sink.reserve(room); ({ bytes, view: target, length: p } = sink);')
  }

  #flush(): void {
    const bytes = Buffer.byteLength(this.#literal)
    for (let at = 0; at < bytes; at += 4) {
      this.#code.push(`target.setInt32(p + ${at}, ${word(this.#literal, at)}, true);`)
    }
    if (bytes > 0) this.#code.push(`p += ${bytes};`)
    this.#literal = ''
  }

  #constant(value: unknown): string {
    const known = this.#constants.get(value)
    if (known !== undefined) return known
    const name = `c${this.#constants.size}`
    this.#constants.set(value, name)
    return name
  }
}

/** Four bytes of a text as the number to be stored in their place. */
function word(text: string, at: number): number {
  const four = Buffer.alloc(4)
  Buffer.from(text).copy(four, 0, at)
  return four.readInt32LE(0)
}

function offsetsCode(columns: number): string {
  return Array.from({ length: columns }, (_, index) =>
    [
      `const n${index} = view.getInt32(at), at${index} = at + 4;`,
      index < columns - 1 ? `at = at${index} + (n${index} > 0 ? n${index} : 0);` : '',
    ].join(' '),
  ).join('\n')
}

/** As many as have to be known. */
function columnCount({ fields }: WireObject): number {
  return Math.max(0, ...fields.map(columnsUntil))
}

function columnsUntil(field: WireField): number {
  if ('slot' in field) return 0
  if ('object' in field) return Math.max(field.presentIf + 1, columnCount(field.object))
  return field.index + 1
}
