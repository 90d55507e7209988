import type { Authenticator, Principal } from '../core/access/authenticator.ts'
import { Unauthenticated } from '../core/errors/index.ts'
import type { MaybePromise } from '../core/maybe-promise.ts'
import type { RequestHead } from '../core/request.ts'

interface Sent {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly search?: string
  readonly cookies?: Readonly<Record<string, string>>
}

/** A request head as the kernel makes it. */
export function requestWith({ headers = {}, search = '', cookies = {} }: Sent): RequestHead {
  const values = (name: string): readonly string[] => {
    const value = headers[name]
    return value === undefined ? [] : typeof value === 'string' ? [value] : value
  }
  return {
    id: 'test',
    method: 'GET',
    path: '/',
    basePath: '',
    search,
    protocol: 'http',
    host: 'localhost',
    address: '127.0.0.1',
    header: (name) => (values(name).length === 0 ? undefined : values(name).join(', ')),
    headerValues: values,
    cookie: (name) => cookies[name],
    queryValues: (name) => new URLSearchParams(search).getAll(name),
  }
}

export function withAuthorization(...values: readonly string[]): RequestHead {
  return requestWith({ headers: { authorization: values } })
}

/** Asks an authenticator as the core does. */
export function ask(
  authenticator: Authenticator,
  request: RequestHead,
  uses: object = {},
): MaybePromise<Principal | undefined> {
  return authenticator.authenticate(request, uses as never)
}

/** The 401 an authenticator answers with; fails where it does not. */
export async function refusal(
  authenticator: Authenticator,
  request: RequestHead,
): Promise<InstanceType<typeof Unauthenticated>> {
  try {
    const user = await ask(authenticator, request)
    throw new Error(`It was not refused, but gave ${JSON.stringify(user)}.`)
  } catch (error) {
    if (error instanceof Unauthenticated) return error
    throw error
  }
}
