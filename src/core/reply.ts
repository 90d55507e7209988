/** A result with its status, where an operation declares several, or with headers of its own. */
export class Reply<out Status extends number = number, out Body = unknown> {
  readonly status: Status
  readonly body: Body
  readonly headers: Readonly<Record<string, string>>

  constructor(status: Status, body: Body, headers: Readonly<Record<string, string>>) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/**
 * Answers with one of the declared statuses.
 *
 * @example
 * route.put('/:id', { access, response: { 200: Post, 201: Post } }, () => reply(201, post, { location: '/posts/1' }))
 */
export function reply<const Status extends number>(status: Status): Reply<Status, undefined>
export function reply<const Status extends number, Body>(
  status: Status,
  body: Body,
  headers?: Readonly<Record<string, string>>,
): Reply<Status, Body>
export function reply(status: number, body?: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return new Reply(status, body, headers)
}

export type RedirectStatus = 301 | 302 | 303 | 307 | 308

/**
 * Sends the client elsewhere. Declare the status: `response: { 303: empty }`.
 *
 * @param location - A path, or an absolute URL you trust: never a value taken from the request unchecked.
 * @param status - 307 by default, which keeps the method; 303 after a POST leads to a GET.
 */
export function redirect(location: string): Reply<307, undefined>
export function redirect<const Status extends RedirectStatus>(
  location: string,
  status: Status,
): Reply<Status, undefined>
export function redirect(location: string, status: RedirectStatus = 307): Reply {
  return new Reply(status, undefined, { location })
}
