import { BadRequest, NotImplemented } from '../../core/errors/catalogue.ts'
import { ExpectationFailed } from './errors.ts'
import { isNamed, type HeaderLines } from './header-lines.ts'

/**
 * Headers that have one value: a second line is refused, because of two parsers one would read the first and the other the last.
 * Others may be repeated and are joined by `, `.
 */
const SINGLE = new Set([
  'age',
  'authorization',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-location',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'expect',
  'from',
  'host',
  'idempotency-key',
  'if-modified-since',
  'if-range',
  'if-unmodified-since',
  'last-event-id',
  'max-forwards',
  'origin',
  'proxy-authorization',
  'range',
  'referer',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'sec-fetch-user',
  'traceparent',
  'transfer-encoding',
  'user-agent',
  'x-csrf-token',
  'x-request-id',
])

/** Where a message ends, and whom it is for. */
export interface Framing {
  readonly host: string
  readonly contentLength: number | undefined
  readonly chunked: boolean
  readonly expectsContinue: boolean
}

/** The one pass over the headers: those that say where the message ends, and no second line of a header that has one value. */
export function readFraming(raw: HeaderLines, minorVersion: number): Framing {
  let host: string | undefined
  let length: string | undefined
  let coding: string | undefined
  let expect: string | undefined
  let seenLengths = 0
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    const bit = 1 << (name.length & 31)
    if ((seenLengths & bit) !== 0) refuseSecond(raw, i)
    seenLengths |= bit
    if (name.length === 4 && isNamed(name, 'host')) host = raw[i + 1]
    else if (name.length === 6 && isNamed(name, 'expect')) expect = raw[i + 1]
    else if (name.length === 14 && isNamed(name, 'content-length')) length = raw[i + 1]
    else if (name.length === 17 && isNamed(name, 'transfer-encoding')) coding = raw[i + 1]
  }
  if (host === undefined) throw new BadRequest('The Host header is missing.')
  if (coding !== undefined) checkTransferCoding(coding, length, minorVersion)
  const contentLength = length === undefined ? undefined : parseContentLength(length)
  return { host, contentLength, chunked: coding !== undefined, expectsContinue: expectsContinue(expect, minorVersion) }
}

function refuseSecond(raw: HeaderLines, at: number): void {
  const name = raw[at]!.toLowerCase()
  for (let i = 0; i < at; i += 2) {
    if (isNamed(raw[i]!, name) && SINGLE.has(name))
      throw new BadRequest(`The request has more than one ${name} header.`)
  }
}

function checkTransferCoding(coding: string, length: string | undefined, minorVersion: number): void {
  if (minorVersion === 0) throw new BadRequest('HTTP/1.0 has no Transfer-Encoding.')
  if (length !== undefined) throw new BadRequest('The request has both Content-Length and Transfer-Encoding.')
  if (coding.toLowerCase() !== 'chunked')
    throw new NotImplemented('The only Transfer-Encoding understood is "chunked".')
}

function parseContentLength(value: string): number {
  const length = /^(?:0|[1-9][0-9]*)$/.test(value) ? Number(value) : NaN
  if (Number.isSafeInteger(length)) return length
  throw new BadRequest('The Content-Length header is not a plain whole number.')
}

function expectsContinue(expect: string | undefined, minorVersion: number): boolean {
  if (expect === undefined) return false
  if (expect.toLowerCase() !== '100-continue')
    throw new ExpectationFailed('The only expectation understood is "100-continue".')
  // A client of HTTP/1.0 does not wait for it (RFC 9110 section 10.1.1).
  return minorVersion === 1
}
