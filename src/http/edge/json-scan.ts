import { JsonSyntaxError } from './errors.ts'

export interface ScanOptions {
  readonly depthLimit: number
  /** Whether integers outside ±(2^53 − 1) are accepted. */
  readonly bigints: boolean
}

/** Digits of an accepted bigint: their conversion is not linear. Postgres' bigint has 19. */
const BIGINT_DIGITS_LIMIT = 1_000
/** Characters of a pointer that errors show; keys may be as long as the body. */
const POINTER_LIMIT = 200

// Sticky; every use sets lastIndex first, so they hold no state between two.
const SPACE = /[ \t\n\r]*/y
const LITERAL = /true|false|null/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
// oxlint-disable-next-line no-control-regex -- what JSON does not allow unescaped in a string
const STRING_PART = /[^"\\\u0000-\u001f]*/y
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const INTEGER = /^-?[0-9]+$/

interface Frame {
  readonly kind: 'object' | 'array'
  /** Keys seen so far, of an object. */
  readonly keys: Set<string>
  /** The present key or index. */
  at: string | number
}

type State = 'value' | 'key' | 'after'

/**
 * Reads a JSON text exactly and without recursion, for what is wrong with it.
 *
 * @throws JsonSyntaxError for the first problem.
 */
export function scanJson(text: string, options: ScanOptions): { readonly hasBigints: boolean } {
  const scanner = new Scanner(text, options)
  scanner.run()
  return { hasBigints: scanner.hasBigints }
}

class Scanner {
  hasBigints = false
  private readonly text: string
  private readonly options: ScanOptions
  private readonly stack: Frame[] = []
  private at = 0

  constructor(text: string, options: ScanOptions) {
    this.text = text
    this.options = options
  }

  run(): void {
    if (this.text.startsWith('\ufeff')) this.fail('The document starts with a byte order mark')
    let state: State = 'value'
    for (;;) {
      this.skipSpace()
      if (state === 'value') state = this.value()
      else if (state === 'key') state = this.key()
      else if (this.stack.length > 0) state = this.after()
      else break
    }
    if (this.at < this.text.length) this.fail('Extra data')
  }

  private value(): State {
    const character = this.text[this.at]
    if (character === '{') return this.open('object')
    if (character === '[') return this.open('array')
    if (character === '"') this.string()
    else if (!this.match(LITERAL)) this.number()
    return 'after'
  }

  private open(kind: Frame['kind']): State {
    if (this.stack.length === this.options.depthLimit)
      this.fail(`More than ${this.options.depthLimit} levels of nesting`)
    this.at++
    this.skipSpace()
    const close = kind === 'object' ? '}' : ']'
    if (this.text[this.at] === close) {
      this.at++
      return 'after'
    }
    this.stack.push({ kind, keys: new Set(), at: kind === 'object' ? '' : 0 })
    return kind === 'object' ? 'key' : 'value'
  }

  private key(): State {
    const frame = this.stack.at(-1)!
    const start = this.at
    if (this.text[start] !== '"')
      this.fail('Expecting property name enclosed in double quotes', start, this.stack.slice(0, -1))
    const key = this.string()
    frame.at = key
    if (key === '__proto__') this.fail('The key "__proto__" is not allowed', start)
    if (key === 'prototype' && this.stack.at(-2)?.at === 'constructor')
      this.fail('The path "constructor.prototype" is not allowed', start)
    if (frame.keys.has(key)) this.fail('Duplicate key', start)
    frame.keys.add(key)
    this.skipSpace()
    if (this.text[this.at] !== ':') this.fail("Expecting ':' delimiter")
    this.at++
    return 'value'
  }

  private after(): State {
    const frame = this.stack.at(-1)!
    const character = this.text[this.at]
    const close = frame.kind === 'object' ? '}' : ']'
    if (character === close) {
      this.at++
      this.stack.pop()
      return 'after'
    }
    if (character !== ',') this.fail("Expecting ',' delimiter")
    const comma = this.at++
    this.skipSpace()
    if (this.text[this.at] === close) this.fail(`Illegal trailing comma before end of ${frame.kind}`, comma)
    if (typeof frame.at === 'number') frame.at++
    return frame.kind === 'object' ? 'key' : 'value'
  }

  private string(): string {
    const start = this.at++
    let escaped = false
    for (;;) {
      this.match(STRING_PART)
      const character = this.text[this.at]
      if (character === undefined) this.fail('Unterminated string starting at', start)
      if (character === '"') break
      if (character !== '\\') this.fail('Invalid control character at')
      if (!this.match(ESCAPE)) this.fail(this.text[this.at + 1] === 'u' ? 'Invalid \\uXXXX escape' : 'Invalid \\escape')
      escaped = true
    }
    this.at++
    if (!escaped) return this.text.slice(start + 1, this.at - 1)
    const value = JSON.parse(this.text.slice(start, this.at)) as string
    if (!value.isWellFormed()) this.fail('A lone surrogate in the string starting at', start)
    return value
  }

  private number(): void {
    const start = this.at
    if (!this.match(NUMBER)) this.fail('Expecting value')
    const literal = this.text.slice(start, this.at)
    const value = Number(literal)
    const integer = INTEGER.test(literal)
    if (!integer && !Number.isFinite(value)) this.fail('A number too large for a double', start)
    if (!integer || Number.isSafeInteger(value)) return
    if (!this.options.bigints) this.fail('An integer outside ±(2^53 − 1)', start)
    if (literal.length > BIGINT_DIGITS_LIMIT) this.fail(`An integer of more than ${BIGINT_DIGITS_LIMIT} digits`, start)
    this.hasBigints = true
  }

  private match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    if (!pattern.test(this.text)) return false
    this.at = pattern.lastIndex
    return true
  }

  private skipSpace(): void {
    this.match(SPACE)
  }

  private fail(reason: string, at = this.at, stack: readonly Frame[] = this.stack): never {
    const pointer = stack.map((frame) => `/${String(frame.at).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
    throw new JsonSyntaxError({
      reason,
      position: Buffer.byteLength(this.text.slice(0, at)),
      pointer: pointer.length > POINTER_LIMIT ? `${pointer.slice(0, POINTER_LIMIT)}…` : pointer,
    })
  }
}
