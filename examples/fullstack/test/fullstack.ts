import { dependency, provide } from 'ashlar'
import type { Mailer } from 'ashlar/mail'
import { mailbox, testApp, type TestMailbox } from 'ashlar/testing'
import { app, type Api } from '../src/app.ts'
import { sender } from '../src/auth.ts'
import { seed } from '../src/seed.ts'
import { settings } from '../src/settings.ts'
import type { TestApp } from 'ashlar/testing'

/** Long enough, and on no list. */
export const PASSWORD = 'walrus carries nine lanterns'

/** What an answer is: its status and its JSON, whatever that is. */
export interface Answer {
  readonly status: number
  readonly json: unknown
}

/** A front end as one that was generated from a FastAPI service: it knows paths with their slashes, forms, JSON and a token, and nothing of Ashlar. */
export interface FrontEnd {
  readonly token: string | undefined
  get(path: string): Promise<Answer>
  post(path: string, json?: unknown): Promise<Answer>
  put(path: string, json: unknown): Promise<Answer>
  patch(path: string, json: unknown): Promise<Answer>
  delete(path: string): Promise<Answer>
  /** Posts the form of the OAuth2 password flow. */
  logIn(email: string, password?: string): Promise<Answer & { readonly frontEnd: FrontEnd }>
}

export interface Fullstack extends AsyncDisposable {
  readonly t: TestApp<Api>
  readonly outbox: TestMailbox
  readonly visitor: FrontEnd
  /** Signs somebody new up and logs them in. */
  person(email: string): Promise<FrontEnd>
  superuser(): Promise<FrontEnd>
}

/** The API on a port and a database of its own, with its first superuser. */
export async function openFullstack(): Promise<Fullstack> {
  const outbox = mailbox()
  const inPlace = dependency({ scope: 'app' }, (): Mailer => outbox)
  const t = await testApp(app, { provide: [provide(sender, inPlace)] })
  await t.run(seed.uses, (values) => seed.work(values as never))
  const { url } = await t.listen()
  const visitor = frontEnd(`${url}/api/v1`)
  return {
    t,
    outbox,
    visitor,
    person: async (email) => {
      await visitor.post('/users/signup', { email, password: PASSWORD, full_name: email.split('@')[0] })
      return (await visitor.logIn(email)).frontEnd
    },
    superuser: async () =>
      (await visitor.logIn(settings.firstSuperuser, settings.firstSuperuserPassword.reveal())).frontEnd,
    [Symbol.asyncDispose]: () => t.stop(),
  }
}

function frontEnd(base: string, token?: string): FrontEnd {
  const call = async (path: string, init: RequestInit): Promise<Answer> => {
    const headers = new Headers(init.headers)
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    const response = await fetch(base + path, { ...init, headers })
    const text = await response.text()
    return { status: response.status, json: text === '' ? undefined : JSON.parse(text) }
  }
  const send = (method: string) => (path: string, json?: unknown) =>
    call(path, {
      method,
      ...(json !== undefined && { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }),
    })
  return {
    token,
    get: (path) => call(path, { method: 'GET' }),
    post: send('POST'),
    put: send('PUT'),
    patch: send('PATCH'),
    delete: send('DELETE'),
    logIn: async (email, password = PASSWORD) => {
      const body = new URLSearchParams({ username: email, password })
      const answer = await call('/login/access-token', { method: 'POST', body })
      const { access_token } = answer.json as { access_token?: string }
      return { ...answer, frontEnd: frontEnd(base, access_token) }
    },
  }
}
