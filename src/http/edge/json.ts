import { isAscii, isUtf8 } from 'node:buffer'
import { JsonSyntaxError } from './errors.ts'
import { scanJson } from './json-scan.ts'
import { JSON_DEPTH_LIMIT } from './limits.ts'

export interface JsonOptions {
  /** Objects and arrays inside each other. Default 64. */
  readonly depthLimit?: number
  /** Integers outside ±(2^53 − 1) are given as bigint instead of refused. Default false. */
  readonly bigints?: boolean
}

/**
 * Parses a JSON body that means the same to every parser (I-JSON, RFC 7493), so that no two parts of a system read it differently.
 *
 * `JSON.parse` does the work. What it lets through is looked for in its result by a linear check that may suspect too much but never too
 * little; only what is suspect is scanned exactly, by code that also says where a problem is.
 *
 * @throws JsonSyntaxError (`json_invalid`) for what is not JSON, invalid UTF-8, a byte order mark, lone surrogates, duplicate keys, the key
 * `__proto__` and the path `constructor.prototype`, numbers too large for a double, integers outside ±(2^53 − 1), and more nesting
 * than the limit.
 */
export function parseJson(
  bytes: Buffer,
  { depthLimit = JSON_DEPTH_LIMIT, bigints = false }: JsonOptions = {},
): unknown {
  const text = decodeUtf8(bytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    scanJson(text, { depthLimit, bigints })
    throw new JsonSyntaxError({ reason: 'Expecting value', position: 0, pointer: '' })
  }
  if (isClean(text, value, depthLimit)) return value
  const { hasBigints } = scanJson(text, { depthLimit, bigints })
  return hasBigints ? JSON.parse(text, reviveBigint) : value
}

/** The byte order mark stays, to be refused. */
function decodeUtf8(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  if (isUtf8(bytes)) return bytes.toString('utf8')
  throw new JsonSyntaxError({ reason: 'Invalid UTF-8', position: firstInvalidByte(bytes), pointer: '' })
}

/** FastAPI's entry for a body that is not JSON. */
export interface JsonErrorIssue {
  readonly type: 'json_invalid'
  readonly loc: readonly ['body', number]
  readonly msg: 'JSON decode error'
  readonly input: Readonly<Record<string, never>>
  readonly ctx: { readonly error: string }
}

/** What FastAPI says under `detail` of a {@link JsonSyntaxError}, with the byte position; of another error with the position 0. */
export function jsonErrorIssue(error: Error): JsonErrorIssue {
  const problem = error instanceof JsonSyntaxError ? error.problem : { reason: error.message, position: 0 }
  return {
    type: 'json_invalid',
    loc: ['body', problem.position],
    msg: 'JSON decode error',
    input: {},
    ctx: { error: problem.reason },
  }
}

/** Whether nothing in the document can be what {@link scanJson} refuses. Never true for a document that has such a thing. */
function isClean(text: string, value: unknown, depthLimit: number): boolean {
  // A key that came twice is once in the value: fewer keys than members in the text.
  if (countKeys(value, depthLimit) !== countMembers(text)) return false
  // In valid UTF-8 a lone surrogate can only come from an escape.
  return !text.includes('\\') || !/\\u[dD][89a-fA-F]/.test(text)
}

/** At least the members of all objects: every colon after a quote, of which some may be inside strings. */
function countMembers(text: string): number {
  let count = 0
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    let before = colon - 1
    while (isSpace(text.charCodeAt(before))) before--
    if (text.charCodeAt(before) === 0x22) count++
  }
  return count
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** The keys of all objects; NaN, which equals no count, where there is something suspect or too deep. */
function countKeys(value: unknown, depthLeft: number): number {
  if (typeof value !== 'object' || value === null) return isSuspectNumber(value) ? NaN : 0
  if (depthLeft === 0) return NaN
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      if (typeof item !== 'string') count += countKeys(item, depthLeft - 1)
    }
    return count
  }
  const object = value as Record<string, unknown>
  for (const key in object) {
    if (key === '__proto__' || key === 'constructor') return NaN
    count++
    const item = object[key]
    if (typeof item !== 'string') count += countKeys(item, depthLeft - 1)
  }
  return count
}

/** Infinity, an integer that may have been rounded, and harmless large doubles. */
const isSuspectNumber = (value: unknown): boolean =>
  typeof value === 'number' && (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER)

function reviveBigint(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source
  if (source === undefined || typeof value !== 'number' || Number.isSafeInteger(value)) return value
  return /^-?[0-9]+$/.test(source) ? BigInt(source) : value
}

/** The decoder replaces what is invalid by U+FFFD: the first one that is not in the bytes themselves is where. */
function firstInvalidByte(bytes: Buffer): number {
  let position = 0
  for (const character of bytes.toString('utf8')) {
    if (character === '\ufffd' && bytes.readUIntBE(position, Math.min(3, bytes.length - position)) !== 0xefbfbd)
      return position
    position += Buffer.byteLength(character)
  }
  return position
}
