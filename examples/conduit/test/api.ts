import { testApp } from 'ashlar/testing'
import { eq } from 'drizzle-orm'
import { app } from '../src/app.ts'
import { database } from '../src/database.ts'
import { users } from '../src/users/table.ts'

/** An answer as any client sees it. */
export interface Answer {
  readonly status: number
  /** Parsed JSON; `undefined` where there is no body. */
  readonly body: unknown
  readonly headers: Headers
}

export interface Sent {
  readonly token?: string
  readonly json?: unknown
  /** A body as it is, in place of `json`. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The API on an empty database of its own. */
export interface TestApi extends AsyncDisposable {
  /** `call('POST /users', { json })`: below `/api`. */
  call(operation: string, sent?: Sent): Promise<Answer>
  /** Registers a user with this name and gives the token. */
  register(username: string): Promise<string>
  /** Takes the user's row away, past every rule. */
  erase(username: string): Promise<void>
  /** Publishes an article and gives its slug. */
  publish(token: string, title: string, tagList?: readonly string[]): Promise<string>
  /** Says something about an article and gives the comment's id. */
  comment(token: string, slug: string, body: string): Promise<number>
}

export async function startApi(): Promise<TestApi> {
  const t = await testApp(app)
  const call: TestApi['call'] = async (operation, { token, headers, ...sent } = {}) => {
    const [method = '', path = ''] = operation.split(' ')
    const authorization = token === undefined ? {} : { authorization: `Token ${token}` }
    const response = await t.fetch(`/api${path}`, { method, ...sent, headers: { ...headers, ...authorization } })
    const text = await response.text()
    return {
      status: response.status,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      headers: response.headers,
    }
  }
  const created = async <T>(operation: string, sent: Sent): Promise<T> => {
    const { status, body } = await call(operation, sent)
    if (status !== 201) throw new Error(`${operation} answered ${status}: ${JSON.stringify(body)}`)
    return body as T
  }
  return {
    call,
    async register(username) {
      const json = { user: { username, email: `${username}@example.com`, password: `${username}-password` } }
      return (await created<{ user: { token: string } }>('POST /users', { json })).user.token
    },
    async erase(username) {
      await t.run({ tx: database.transaction }, ({ tx }) => tx.delete(users).where(eq(users.username, username)))
    },
    async publish(token, title, tagList = []) {
      const json = { article: { title, description: `About ${title}`, body: `All of ${title}`, tagList } }
      return (await created<{ article: { slug: string } }>('POST /articles', { token, json })).article.slug
    },
    async comment(token, slug, body) {
      const sent = { token, json: { comment: { body } } }
      return (await created<{ comment: { id: number } }>(`POST /articles/${slug}/comments`, sent)).comment.id
    },
    [Symbol.asyncDispose]: () => t.stop(),
  }
}

/** The answer to an error, whole. */
export function refusal(status: number, errors: Readonly<Record<string, string>>): object {
  const lists = Object.entries(errors).map(([key, message]) => [key, [message]])
  return { status, body: { errors: Object.fromEntries(lists) as unknown } }
}

export const MISSING_TOKEN = refusal(401, { token: 'is missing' })
export const INVALID_TOKEN = refusal(401, { token: 'is invalid' })
