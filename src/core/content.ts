import type { OutputOf, Schema } from './schema.ts'

/**
 * A response that is not JSON: what it is on the wire and how a value becomes it. Declared where a schema would be.
 */
export interface Content<out Value = unknown> {
  readonly kind: 'content'
  /** `undefined` where there is no body, or where the value brings its own type. */
  readonly mediaType: string | undefined
  readonly form: 'empty' | 'text' | 'bytes' | 'raw'
  readonly '~value'?: Value
}

/**
 * No body. What an operation without `response` answers, with 204; and what redirects answer.
 *
 * @example
 * route.put('/posts/:id', { access: anyone, response: { 200: Post, 204: empty } }, () => reply(204))
 */
export const empty: Content<undefined | void> = { kind: 'content', mediaType: undefined, form: 'empty' }

/**
 * Plain text, UTF-8.
 *
 * @example
 * route.get('/robots.txt', { access: anyone, response: text }, () => 'User-agent: *')
 */
export const text: Content<string> = { kind: 'content', mediaType: 'text/plain; charset=utf-8', form: 'text' }

/**
 * An HTML page, UTF-8. Escape what you put into it.
 *
 * @example
 * route.get('/', { access: anyone, response: html }, () => '<!doctype html><h1>Welcome</h1>')
 */
export const html: Content<string> = { kind: 'content', mediaType: 'text/html; charset=utf-8', form: 'text' }

/**
 * Bytes of one media type.
 *
 * @example
 * import { readFile } from 'node:fs/promises'
 * route.get('/logo.png', { access: anyone, response: bytes('image/png') }, () => readFile('logo.png'))
 * @param mediaType - Default `application/octet-stream`.
 */
export function bytes(mediaType = 'application/octet-stream'): Content<Uint8Array> {
  return { kind: 'content', mediaType, form: 'bytes' }
}

/**
 * A web `Response`, passed through as it is: status, headers and stream. It is documented, but not checked.
 *
 * @example
 * route.get('/feed.xml', { access: anyone, response: raw }, () => fetch('https://example.com/feed.xml'))
 */
export const raw: Content<Response> = { kind: 'content', mediaType: undefined, form: 'raw' }

/** What one status answers. */
export type ResponseBody = Schema | Content

/** What an operation answers: one body, or one for each status. */
export type ResponseDeclaration = ResponseBody | { readonly [status: number]: ResponseBody }

export type BodyValue<B> = B extends Content<infer Value> ? Value : OutputOf<B>

export function isContent(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'content'
}
