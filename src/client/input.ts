import { headerName } from '../core/header-name.ts'
import { fillPath, type PathValue } from '../core/path.ts'

type Fields = Readonly<Record<string, unknown>>

/** What a call was given, as it comes from the typed surface. */
export interface RawInput {
  readonly params?: Fields
  readonly query?: Fields
  readonly headers?: Fields
  readonly cookies?: Fields
  readonly body?: unknown
  readonly form?: Fields
}

/** The path with its query. */
export function targetOf(path: string, params: Fields, query: Fields = {}): string {
  // `fillPath` refuses what is missing; what is no text it writes as JavaScript would.
  const filled = fillPath(path, params as Readonly<Record<string, PathValue>>)
  const search = new URLSearchParams(textFields('query', query)).toString()
  return search === '' ? filled : `${filled}?${search}`
}

/** A body, and the content type to announce where the platform does not. */
interface RawBody {
  readonly body: string | URLSearchParams | FormData
  readonly contentType?: string
}

export function bodyOf({ body, form }: RawInput): RawBody | undefined {
  if (form !== undefined) return { body: formOf(form) }
  return body === undefined ? undefined : { body: JSON.stringify(body), contentType: 'application/json' }
}

/** Multipart only where there is a file: everything else is smaller and simpler urlencoded. */
function formOf(form: Fields): URLSearchParams | FormData {
  const fields = flatten(form)
  if (!fields.some(([, value]) => value instanceof Blob)) return new URLSearchParams(textFields('form', form))
  const data = new FormData()
  for (const [name, value] of fields) {
    if (value instanceof Blob) data.append(name, value)
    else data.append(name, textOf('form', name, value))
  }
  return data
}

/** Sets the declared headers and cookies of a call. */
export function setHeaders(headers: Headers, { headers: fields = {}, cookies = {} }: RawInput): void {
  for (const [key, value] of textFields('headers', fields)) headers.append(headerName(key), value)
  const pairs = textFields('cookies', cookies).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  if (pairs.length === 0) return
  if ('document' in globalThis)
    throw new TypeError('A browser sends its own cookies and lets nobody set them: leave "cookies" out of the call.')
  headers.set('cookie', pairs.join('; '))
}

/** Lists by repetition; without what is absent. */
function flatten(fields: Fields): [string, unknown][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as unknown[]) : [value])
      .filter((item) => item !== undefined && item !== null)
      .map((item): [string, unknown] => [name, item]),
  )
}

function textFields(part: string, fields: Fields): [string, string][] {
  return flatten(fields).map(([name, value]) => [name, textOf(part, name, value)])
}

function textOf(part: string, name: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (value instanceof Date) return value.toISOString()
  throw new TypeError(
    `${part}.${name} is sent as text: give a string, number, boolean, bigint, Date or a list of these.`,
  )
}
