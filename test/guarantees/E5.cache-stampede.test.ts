import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createClient } from 'redis'
import { afterEach, describe, expect, test, vi } from 'vitest'

/** Requirement E5: of all who ask for the same at one time, in all processes that share Redis, one makes it. */
const { REDIS_URL } = process.env

interface Child {
  readonly process: ChildProcess
  readonly port: number
  /** What it has made, in order. */
  readonly made: string[]
}

let children: Child[] = []
let prefix = ''
const agent = new Agent({ keepAlive: true, maxSockets: 250 })

afterEach(async () => {
  for (const child of children) child.process.kill('SIGKILL')
  children = []
  const client = await createClient({ url: REDIS_URL! }).connect()
  const keys = await client.keys(`${prefix}*`)
  if (keys.length > 0) await client.del(keys)
  client.destroy()
})

async function start(lastsMs: number): Promise<Child> {
  const file = fileURLToPath(new URL('cache-process.main.ts', import.meta.url))
  const child = fork(file, [prefix, String(lastsMs)], { execArgv: ['--conditions=ashlar-source'] })
  const [{ port }] = (await once(child, 'message')) as [{ readonly port: number }]
  const made: string[] = []
  child.on('message', (message: { readonly made: string }) => void made.push(message.made))
  return { process: child, port, made }
}

function ask(port: number, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // To one address, as behind a proxy: an answer may have the host in it.
    get({ host: '127.0.0.1', port, path, agent, headers: { host: 'localhost' } }, (response) => {
      let text = ''
      response.on('data', (part: Buffer) => (text += part.toString()))
      response.on('end', () => resolve(JSON.parse(text)))
    }).on('error', reject)
  })
}

const madeByAll = (): string[] => children.flatMap(({ made }) => made)

describe.skipIf(REDIS_URL === undefined)('1,000 who ask four processes at one time', () => {
  test.each(['answer', 'value'])('for the same %s are given what one of them has made', async (what) => {
    prefix = `stampede-${randomUUID()}:`
    children = await Promise.all([start(300), start(300), start(300), start(300)])
    const asked = Array.from({ length: 1_000 }, (_, index) => ask(children[index % 4]!.port, `/${what}s/1`))
    const answers = new Set((await Promise.all(asked)).map((each) => JSON.stringify(each)))
    expect([answers.size, madeByAll()]).toEqual([1, [`${what} 1`]])
  })

  test('go on without a process that has died over it', async () => {
    prefix = `stampede-${randomUUID()}:`
    const dying = await start(600_000)
    children = [dying]
    const lost = ask(dying.port, '/values/1').catch(() => 'lost')
    await vi.waitFor(() => expect(dying.made).toEqual(['value 1']))
    const others = await Promise.all([start(10), start(10)])
    children.push(...others)
    const asked = others.flatMap(({ port }) => Array.from({ length: 50 }, () => ask(port, '/values/1')))
    dying.process.kill('SIGKILL')
    expect(await lost).toBe('lost')
    expect(new Set((await Promise.all(asked)).map((each) => JSON.stringify(each))).size).toBe(1)
    expect(others.flatMap(({ made }) => made)).toEqual(['value 1'])
  })
})
