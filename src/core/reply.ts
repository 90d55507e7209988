/**
 * A result with its status, where an operation declares several, or with headers of its own.
 *
 * @example
 * const created = reply(201, { id: '42' }, { location: '/posts/42' })
 * created instanceof Reply   // => true
 * created.status   // => 201
 */
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
 * route.put('/posts/:id', { access: anyone, uses: { blog }, response: { 200: Post, 201: Post } },
 *   async ({ params, blog }) => reply(201, await blog.read(params.id), { location: `/posts/${params.id}` }))
 * @param status - One of those declared in `response`.
 * @param headers - Values are printable ASCII; any other character is a mistake of the app, answered with 500.
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
 * @example
 * route.post('/logout', { access: anyone, response: { 303: empty } }, () => redirect('/', 303))
 * @param location - A path, or an absolute URL you trust: never a value taken from the request unchecked.
 * @param status - 307 by default, which keeps the method; 303 after a POST leads to a GET.
 * @see RFC 9110 section 15.4
 */
export function redirect(location: string): Reply<307, undefined>
export function redirect<const Status extends RedirectStatus>(
  location: string,
  status: Status,
): Reply<Status, undefined>
export function redirect(location: string, status: RedirectStatus = 307): Reply {
  return new Reply(status, undefined, { location })
}
