import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** One thing that clients ask for again and again. */
export interface Kind {
  readonly name: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: () => unknown
  readonly headers?: () => Readonly<Record<string, string>>
}

/** What came of one request. */
export interface Answer {
  readonly kind: string
  /** 0 where there was none. */
  readonly status: number
  readonly code: string | undefined
  readonly retryAfter: string | undefined
  /** Of what it has made. */
  readonly id: string | undefined
  /** Of the monotonic clock, in milliseconds. */
  readonly beganAt: number
  readonly endedAt: number
}

let number = 0

/** What an ordinary app is asked for, writes as often as reads. */
export const ORDINARY: readonly Kind[] = [
  {
    name: 'order',
    method: 'POST',
    path: '/api/orders',
    body: () => ({ reference: `order ${(number += 1)}` }),
    headers: () => ({ 'idempotency-key': randomUUID() }),
  },
  { name: 'item', method: 'POST', path: '/api/items', body: () => ({ number: (number += 1) }) },
  { name: 'list', method: 'GET', path: '/api/items?limit=5' },
  { name: 'counts', method: 'GET', path: '/api/counts' },
]

interface LoadOptions {
  readonly clients?: number
  readonly kinds?: readonly Kind[]
}

const CLIENTS = 8
const PAUSE_MS = 3
/** Who is refused waits a little, as clients do; not as long as they are asked to, so that much is asked while something fails. */
const PAUSE_AFTER_FAILURE_MS = 15
/** So many successes one after the other, of all clients together, are a process that works again. */
const SUCCESSES = 50
const LIMIT_MS = 60_000

/** Clients that ask one thing after the other on connections that are kept, and remember every answer. */
export class Load {
  readonly answers: Answer[] = []
  readonly #port: number
  readonly #kinds: readonly Kind[]
  readonly #agent: Agent
  readonly #running: Promise<unknown>
  #stopped = false

  constructor(port: number, { clients = CLIENTS, kinds = ORDINARY }: LoadOptions = {}) {
    this.#port = port
    this.#kinds = kinds
    this.#agent = new Agent({ keepAlive: true, maxSockets: clients })
    this.#running = Promise.all(Array.from({ length: clients }, (_, client) => this.#client(client)))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
    this.#agent.destroy()
  }

  /** Waits until so many more have succeeded. */
  async more(count: number): Promise<void> {
    const enough = this.succeeded.length + count
    await until(() => this.succeeded.length >= enough, `${count} more successes`)
  }

  get succeeded(): readonly Answer[] {
    return this.answers.filter(isSuccess)
  }

  get refused(): readonly Answer[] {
    return this.answers.filter((answer) => !isSuccess(answer))
  }

  /** How long after `endedAt` the first of many successes in a row was, in milliseconds. */
  async recoveredAfter(endedAt: number): Promise<number> {
    const deadline = performance.now() + LIMIT_MS
    while (performance.now() < deadline) {
      const after = this.answers.filter((answer) => answer.endedAt >= endedAt)
      const last = after.findLastIndex((answer) => !isSuccess(answer))
      if (after.length - last > SUCCESSES) return after[last + 1]!.endedAt - endedAt
      await delay(20)
    }
    return Infinity
  }

  /** Answers that are neither successes nor clear refusals: 4xx, or 503 that says when to come back. */
  unclear(): readonly Answer[] {
    return this.refused.filter(
      ({ status, code, retryAfter }) =>
        !(code !== undefined && ((status >= 400 && status < 500) || (status === 503 && retryAfter !== undefined))),
    )
  }

  /** Ids that were answered with 201. */
  made(kind: string): readonly string[] {
    return this.succeeded.flatMap((answer) => (answer.kind === kind && answer.id !== undefined ? [answer.id] : []))
  }

  async #client(client: number): Promise<void> {
    for (let turn = client; !this.#stopped; turn += 1) {
      const answer = await ask(this.#port, this.#kinds[turn % this.#kinds.length]!, this.#agent)
      this.answers.push(answer)
      await delay(isSuccess(answer) ? PAUSE_MS : PAUSE_AFTER_FAILURE_MS)
    }
  }
}

export function isSuccess({ status }: Pick<Answer, 'status'>): boolean {
  return status >= 200 && status < 400
}

export function ask(port: number, { name, method, path, body, headers }: Kind, agent?: Agent): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body())
  const beganAt = performance.now()
  return new Promise((resolve) => {
    const end = (found: Pick<Answer, 'status' | 'code' | 'retryAfter' | 'id'>): void =>
      resolve({ kind: name, beganAt, endedAt: performance.now(), ...found })
    const none = ({ code }: { readonly code?: string }): void =>
      end({ status: 0, code: undefined, retryAfter: code, id: undefined })
    const sent = request(
      { host: '127.0.0.1', port, path, method, agent, headers: headersOf(text, headers) },
      (response) => {
        let received = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (received += chunk))
        response.on('error', none)
        response.on('end', () => {
          const { code, id } = objectIn(received)
          end({ status: response.statusCode ?? 0, code, id, retryAfter: response.headers['retry-after'] })
        })
      },
    )
    sent.on('error', none)
    sent.end(text)
  })
}

function headersOf(text: string | undefined, headers: Kind['headers']): Record<string, string> {
  const ofBody =
    text === undefined ? {} : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(text)}` }
  return { ...ofBody, ...headers?.() }
}

function objectIn(text: string): { readonly code?: string; readonly id?: string } {
  if (!text.startsWith('{')) return {}
  return JSON.parse(text) as { readonly code?: string; readonly id?: string }
}

export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + LIMIT_MS
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`It did not happen in time: ${what}.`)
    await delay(10)
  }
}
