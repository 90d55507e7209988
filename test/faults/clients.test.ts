import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { get, rawExchange, type RawAnswer } from '../guarantees/raw.ts'
import { LONG, notMeasured, type FaultGoal } from './goals.ts'
import { Load, until } from './load.ts'
import { ordinaryApp, type OrdinaryApp } from './ordinary-app.ts'
import { ownPostgres, type OwnPostgres } from './own-postgres.ts'
import { programPath } from './programs.ts'
import { expectSurvived } from './survival.ts'

const LIMIT_MS = 180_000
/** What others may be told while somebody floods the process. */
const CODES = ['overloaded']
const CHUNK = Buffer.alloc(65_536, 'a')

let postgres: OwnPostgres
let app: OrdinaryApp
let load: Load

beforeAll(async () => {
  postgres = await ownPostgres()
  app = await ordinaryApp({ databaseUrl: postgres.url })
})
afterAll(async () => {
  await app.remove()
  await postgres.remove()
})
beforeEach(async () => {
  load = new Load(app.port, { clients: 4 })
  await load.more(20)
})
afterEach(() => load.stop())

/** Ends with what others were answered meanwhile. How long that took is told, not asserted. */
async function expectOthersAnswered(goal: FaultGoal, what: string): Promise<void> {
  const recoveriesMs = [await load.recoveredAfter(performance.now())]
  const times = load.succeeded.map(({ beganAt, endedAt }) => endedAt - beganAt).toSorted((a, b) => a - b)
  const p99 = Math.round(times[Math.floor(times.length * 0.99)] ?? 0)
  console.log(`${goal}: ${what}; others waited at most ${p99} ms (p99 of ${times.length})`)
  await expectSurvived(goal, { app, load, postgres, recoveriesMs, codes: CODES })
}

const SLOW = programPath('slowhttptest')
if (SLOW === undefined) notMeasured('slow clients', 'there is no slowhttptest on this machine')

test.skipIf(SLOW === undefined)(
  'slow heads, slow bodies, ranges without end and slow readers, of slowhttptest, keep nobody else waiting',
  { timeout: LIMIT_MS },
  async () => {
    const seconds = LONG ? '8' : '2'
    const size = [
      '-c',
      LONG ? '800' : '200',
      '-r',
      '200',
      '-i',
      '1',
      '-l',
      seconds,
      '-p',
      '2',
      '-f',
      'application/json',
    ]
    for (const [mode, path] of [
      ['-H', '/api/hello'],
      ['-B', '/api/echo'],
      ['-R', '/api/hello'],
      ['-X', '/api/items'],
    ] as const) {
      const attack = spawn(SLOW!, [mode, ...size, '-u', `${app.url}${path}`], { stdio: 'ignore' })
      await once(attack, 'exit')
      expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
    }
    await expectOthersAnswered('slow clients', 'slowhttptest -H, -B, -R, -X')
  },
)

test(
  'floods of header lines and of one line that does not end are refused as they come',
  { timeout: LIMIT_MS },
  async () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => `x-${index}: a\r\n`).join('')
    const floods = [
      get('/api/hello').replace('\r\n\r\n', `\r\n${lines}\r\n`),
      get('/api/hello', { 'x-a': 'a'.repeat(1_048_576) }),
      get(`/api/hello?${'a'.repeat(1_048_576)}`),
    ]
    const answers: RawAnswer[] = []
    for (let times = 0; times < (LONG ? 200 : 20); times += 1)
      answers.push(...(await Promise.all(floods.map((flood) => rawExchange(app.port, flood)))))
    // A reset can overtake the answer where much is still on its way; whoever reads it is told what was too much.
    const told = answers.flatMap(({ statuses }) => statuses)
    expect(told.filter((status) => status !== 431 && status !== 414)).toEqual([])
    expect(told.length).toBeGreaterThan(0)
    await expectOthersAnswered('header floods', `${answers.length} floods, ${told.length} told so`)
  },
)

const HEAD = 'POST /api/echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'

test('bodies without end, and lengths that are not true, are refused', { timeout: LIMIT_MS }, async () => {
  for (let times = 0; times < (LONG ? 12 : 2); times += 1) {
    const endless = await Promise.all(Array.from({ length: 4 }, () => endlessBody()))
    const said = endless.filter((text) => text !== '')
    expect(said.filter((text) => !text.startsWith('HTTP/1.1 413 '))).toEqual([])
    const announced = await rawExchange(app.port, `${HEAD}content-length: 1073741824\r\n\r\n`)
    expect(announced.statuses).toEqual([413])
    // What is behind the announced bytes is another request, and none that could be read.
    const longer = await rawExchange(app.port, `${HEAD}content-length: 12\r\n\r\n{"text":"a"}`, CHUNK)
    expect(longer.statuses[0]).toBe(204)
    expect(longer.statuses.slice(1).filter((status) => status < 400)).toEqual([])
  }
  await expectOthersAnswered('body floods', 'chunks without end, lengths that lie')
})

/** Sends chunks until the server has had enough; gives what it said. */
async function endlessBody(): Promise<string> {
  const socket = connect({ port: app.port, host: '127.0.0.1' })
  let text = ''
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')))
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`)
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), CHUNK, Buffer.from('\r\n')])
  const send = (): void => {
    while (!socket.destroyed && socket.writable && socket.write(chunk));
    if (!socket.destroyed) socket.once('drain', send)
  }
  send()
  await closed
  return text
}

test(
  'connections that are opened and reset, and such on which nothing ever comes, take nothing from others',
  { timeout: LIMIT_MS },
  async () => {
    const silent = await Promise.all(Array.from({ length: LONG ? 2_000 : 300 }, () => opened()))
    const churned = LONG ? 20_000 : 1_500
    let reset = 0
    const churn = async (): Promise<void> => {
      while ((reset += 1) <= churned) {
        const socket = await opened()
        socket.write(reset % 2 === 0 ? get('/api/items') : 'POST /api/echo HTTP/1.1\r\nhost: loc')
        socket.resetAndDestroy()
      }
    }
    await Promise.all(Array.from({ length: 10 }, churn))
    for (const socket of silent) socket.resetAndDestroy()
    await until(async () => (await fetch(`${app.url}/readyz`)).ok, 'the app is ready')
    await expectOthersAnswered('connections churned and half open', `${churned} reset, ${silent.length} silent`)
  },
)

async function opened(): Promise<Socket> {
  const socket = connect({ port: app.port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}
