import type { Content, ResponseBody } from '../core/content.ts'
import { isContent } from '../core/content.ts'
import type { Outcome, OutcomeBody } from '../core/middleware.ts'
import { JsonBytes } from '../core/json-bytes.ts'
import type { Operation } from '../core/operation.ts'
import { Reply } from '../core/reply.ts'
import { isSchema } from '../core/schema.ts'
import { compileSerializer } from '../schema/index.ts'
import { checkHeader } from './edge/header-value.ts'
import type { SideHead } from './response-head.ts'

export const JSON_TYPE = 'application/json'

/** Turns what a handler returns into a response, as the operation declares it. */
export type Responder = (result: unknown, side: SideHead | undefined) => Outcome

interface BodyWriter {
  readonly mediaType: string | undefined
  readonly write: (value: unknown) => OutcomeBody
}

/** A result that is not what the operation declares: answered as 500, and only logged. */
export class ResultMismatch extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ResultMismatch'
  }
}

/** Compiles the serialisers of an operation's responses. */
export function compileResponder(operation: Operation, name: string): Responder {
  const declared = operation.response
  if (declared !== undefined && isContent(declared) && declared.form === 'raw')
    return (result, side) => passThrough(result, side, name)
  const writers = writersOf(operation)
  const several = declared !== undefined && !isContent(declared) && !isSchema(declared)
  const single = several ? undefined : writers.get(operation.status)
  return (result, side) => {
    if (result instanceof Reply) return fromReply(result, side, { writers, name })
    if (single === undefined) {
      throw new ResultMismatch(
        `${name} declares several statuses; return reply(status, body) with one of ${[...writers.keys()].join(', ')}.`,
      )
    }
    return outcome(operation.status, single, result, side)
  }
}

/** The media types of the success responses an operation declares, without parameters. */
export function offeredTypes({ response }: Operation): readonly [string, ...string[]] | undefined {
  if (response === undefined) return undefined
  const bodies: readonly ResponseBody[] =
    isContent(response) || isSchema(response)
      ? [response]
      : Object.entries(response).flatMap(([status, body]: [string, ResponseBody]) =>
          Number(status) < 300 ? [body] : [],
        )
  const types = bodies.flatMap((body) => (isContent(body) ? (body.mediaType?.split(';', 1) ?? []) : [JSON_TYPE]))
  const [first, ...others] = new Set(types)
  return first === undefined ? undefined : [first, ...others]
}

function writersOf({ response, status }: Operation): Map<number, BodyWriter> {
  if (response === undefined)
    return new Map([[status, contentWriter({ kind: 'content', mediaType: undefined, form: 'empty' })]])
  if (isContent(response) || isSchema(response)) return new Map([[status, bodyWriter(response)]])
  return new Map(Object.entries(response).map(([key, body]) => [Number(key), bodyWriter(body)]))
}

function bodyWriter(body: ResponseBody): BodyWriter {
  if (isContent(body)) return contentWriter(body)
  const write = compileSerializer(body)
  return { mediaType: JSON_TYPE, write: (value) => (value instanceof JsonBytes ? value.bytes : write(value)) }
}

function contentWriter({ mediaType, form }: Content): BodyWriter {
  if (form === 'empty') return { mediaType, write: expectNothing }
  return { mediaType, write: form === 'bytes' ? expectBytes : expectText }
}

function expectNothing(value: unknown): undefined {
  if (value !== undefined && value !== null)
    throw new ResultMismatch('A response without a body was given one; declare response: to send it.')
}

function expectText(value: unknown): string {
  if (typeof value !== 'string') throw new ResultMismatch(`A text response needs a string, not ${typeof value}.`)
  return value
}

function expectBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new ResultMismatch(`A bytes response needs a Uint8Array, not ${typeof value}.`)
  return value
}

interface Declared {
  readonly writers: ReadonlyMap<number, BodyWriter>
  readonly name: string
}

function fromReply(result: Reply, side: SideHead | undefined, { writers, name }: Declared): Outcome {
  const writer = writers.get(result.status)
  if (writer === undefined) {
    throw new ResultMismatch(
      `${name} does not declare the status ${result.status}; it declares ${[...writers.keys()].join(', ')}. Add it: response: { ${result.status}: ... }.`,
    )
  }
  const made = outcome(result.status, writer, result.body, side)
  for (const [key, value] of Object.entries(result.headers)) setHeader(made.headers, key, value)
  return made
}

function outcome(status: number, writer: BodyWriter, value: unknown, side: SideHead | undefined): Outcome {
  const body = writer.write(value)
  const headers = side?.headers ?? new Map<string, string>()
  if (writer.mediaType !== undefined && !headers.has('content-type')) headers.set('content-type', writer.mediaType)
  return { status, headers, cookies: side?.cookies ?? [], body }
}

function setHeader(headers: Map<string, string>, name: string, value: string): void {
  const key = name.toLowerCase()
  checkHeader(key, value)
  headers.set(key, value)
}

function passThrough(result: unknown, side: SideHead | undefined, name: string): Outcome {
  if (!(result instanceof Response)) throw new ResultMismatch(`${name} declares response: raw; return a web Response.`)
  return fromResponse(result, side)
}

/** A web `Response` as an outcome; what was set on the side comes on top. */
export function fromResponse(response: Response, side?: SideHead): Outcome {
  if (response.bodyUsed || response.body?.locked === true)
    throw new ResultMismatch(
      'The body of the web Response has been read already; return response.clone(), or a new one.',
    )
  const headers = new Map<string, string>()
  for (const [key, value] of response.headers) if (key !== 'set-cookie') headers.set(key, value)
  for (const [key, value] of side?.headers ?? []) headers.set(key, value)
  return {
    status: response.status,
    headers,
    cookies: [...response.headers.getSetCookie(), ...(side?.cookies ?? [])],
    body: response.body ?? undefined,
  }
}
