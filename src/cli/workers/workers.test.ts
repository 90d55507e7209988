import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { appFile, CommandProcess, runCommand } from '../test/command.ts'

interface Who {
  readonly worker: string
  readonly pid: number
}

const app = appFile('workers.ts')
const folder = mkdtempSync(join(tmpdir(), 'ashlar-workers-'))
afterAll(() => rmSync(folder, { recursive: true }))

function start(workers: string, env: Readonly<Record<string, string>> = {}): CommandProcess {
  return new CommandProcess(['start', app, '--workers', workers], { env: { PORT: '0', LOG_LEVEL: 'error', ...env } })
}

async function who(url: string): Promise<Who> {
  return (await (await fetch(`${url}/who`)).json()) as Who
}

/** Who answers, each on a connection of its own, as connections are given out in turn. */
async function whoAll(url: string, count: number): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  const agent = new Agent({ keepAlive: false })
  for (let asked = 0; found.size < count && asked < 20 * count; asked++) {
    const { worker, pid } = JSON.parse((await ask(`${url}/who`, agent)).text) as Who
    found.set(worker, pid)
  }
  return found
}

function ask(url: string, agent: Agent): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
    request.on('error', reject)
  })
}

/** A process of its own has to start on a busy machine. */
const SOON = { timeout: 10_000 }

const isOther =
  (before: number | undefined) =>
  (pid: number | undefined): boolean =>
    pid !== undefined && pid !== before

function isAlive(pid: number): boolean {
  // One that has ended is listed until somebody asks how: where its parent was killed, maybe nobody does.
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return /^[^Z\s]/.test(stdout)
}

test('several processes answer on one port, are announced once, and /metrics of any of them is that of all', async () => {
  await using command = start('3')
  const url = await command.url()
  const all = await whoAll(url, 3)
  expect([...all.keys()].toSorted()).toEqual(['1', '2', '3'])
  expect(new Set(all.values()).size).toBe(3)
  expect(command.output.match(/runs in development, 3 workers/g)).toHaveLength(1)
  const metrics = await (await fetch(new URL('/metrics', url))).text()
  for (const worker of ['1', '2', '3']) {
    expect(metrics).toMatch(
      new RegExp(`^http_server_request_duration_seconds_count\\{.*worker="${worker}"\\} \\d+$`, 'm'),
    )
    expect(metrics).toMatch(new RegExp(`^process_start_time_seconds\\{worker="${worker}"\\} \\d+$`, 'm'))
  }
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends all with 0, and what is in flight is answered', async (signal) => {
  await using command = start('2')
  const url = await command.url()
  const pids = [...(await whoAll(url, 2)).values()]
  const answer = fetch(`${url}/slow?ms=300`)
  await command.until(/handling/)
  command.kill(signal)
  expect((await answer).status).toBe(200)
  expect(await command.ended).toMatchObject({ code: 0, output: expect.stringMatching(/Stopped\.\n$/) as string })
  expect(pids.filter(isAlive)).toEqual([])
})

test('a second signal ends all at once, whatever is in flight', async () => {
  await using command = start('2')
  const url = await command.url()
  const pids = [...(await whoAll(url, 2)).values()]
  const answer = fetch(`${url}/slow?ms=25000`).catch((error: unknown) => error)
  await command.until(/handling/)
  command.kill('SIGTERM')
  await command.until(/Again to stop at once/)
  command.kill('SIGTERM')
  expect((await command.ended).code).toBe(143)
  expect(await answer).toBeInstanceOf(TypeError)
  await expect.poll(() => pids.filter(isAlive)).toEqual([])
})

test('a terminal gives Ctrl-C to every process: the workers wait for what the first one says', async () => {
  await using command = start('2')
  const url = await command.url()
  const [pid] = (await whoAll(url, 2)).values()
  process.kill(pid!, 'SIGINT')
  expect([...(await whoAll(url, 2)).values()]).toContain(pid)
})

test('one that is killed or crashes is replaced, and the others go on meanwhile', async () => {
  await using command = start('2')
  const url = await command.url()
  const before = await whoAll(url, 2)
  process.kill(before.get('2')!, 'SIGKILL')
  await command.until(/worker 2 was killed by SIGKILL; another takes its place/)
  expect((await who(url)).pid).toBe(before.get('1'))
  await expect.poll(async () => (await whoAll(url, 2)).get('2'), SOON).toSatisfy(isOther(before.get('2')))

  const crashed = (await (await fetch(`${url}/crash`, { method: 'POST' })).json()) as Who
  await command.until(/The app crashed\.\na bug in the app\n {4}at .*workers\.ts/)
  await command.until(new RegExp(`worker ${crashed.worker} ended with 1`))
  await expect.poll(async () => (await whoAll(url, 2)).size, SOON).toBe(2)
})

test('a worker that is told to stop by itself is replaced as well', async () => {
  await using command = start('2')
  const url = await command.url()
  const before = await whoAll(url, 2)
  process.kill(before.get('1')!, 'SIGTERM')
  await command.until(/worker 1 ended with 0/)
  await expect.poll(async () => (await whoAll(url, 2)).get('1'), SOON).toSatisfy(isOther(before.get('1')))
})

test('an app that cannot start says why once, and ends with 1', async () => {
  const broken = join(folder, 'broken')
  writeFileSync(broken, '')
  const { code, output } = await start('3', { BROKEN: broken }).ended
  expect(code).toBe(1)
  expect(output.match(/a release that is broken/g)).toHaveLength(1)
})

test('SIGUSR2 starts them anew one after the other, without losing a request', async () => {
  await using command = start('2', { DRAIN_MS: '300' })
  const url = await command.url()
  const before = await whoAll(url, 2)
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const done = new AbortController()
  const clients = Array.from({ length: 8 }, async () => {
    const statuses = new Set<number>()
    while (!done.signal.aborted) statuses.add((await ask(`${url}/who`, agent)).status)
    return [...statuses]
  })
  command.kill('SIGUSR2')
  await Promise.race([command.until(/all workers were started anew/), ...clients])
  done.abort()
  expect(await Promise.all(clients)).toEqual(clients.map(() => [200]))
  agent.destroy()
  const after = await whoAll(url, 2)
  expect([...after.keys()].toSorted()).toEqual(['1', '2'])
  for (const [worker, pid] of before) expect(after.get(worker)).not.toBe(pid)
})

test('where the new ones cannot start, those that serve go on', async () => {
  const broken = join(folder, 'broken-later')
  await using command = start('2', { BROKEN: broken })
  const url = await command.url()
  const before = await whoAll(url, 2)
  writeFileSync(broken, '')
  command.kill('SIGUSR2')
  await command.until(/worker \d could not be started anew; those that serve go on/)
  expect(await whoAll(url, 2)).toEqual(before)
})

test('where none is left and none can start, all ends with 1', async () => {
  const broken = join(folder, 'broken-for-good')
  await using command = start('2', { BROKEN: broken })
  const url = await command.url()
  const before = await whoAll(url, 2)
  writeFileSync(broken, '')
  for (const pid of before.values()) process.kill(pid, 'SIGKILL')
  const { code, output } = await command.ended
  expect(code).toBe(1)
  expect(output).toContain('no worker can be started any more')
})

test('workers do not outlive the one who holds them, and finish what is in flight', async () => {
  await using command = start('2')
  const url = await command.url()
  const pids = [...(await whoAll(url, 2)).values()]
  const answer = fetch(`${url}/slow?ms=300`)
  await command.until(/handling/)
  command.kill('SIGKILL')
  expect((await answer).status).toBe(200)
  await expect.poll(() => pids.filter(isAlive)).toEqual([])
})

test('what is kept in one process alone is refused with several', async () => {
  const { code, output } = await start('2', {
    NODE_ENV: 'production',
    ALLOWED_HOSTS: 'localhost',
    LIMITED: 'yes',
    METRICS_TOKEN: 'x'.repeat(16),
  }).ended
  expect(code).toBe(1)
  expect(output).toMatch(/in this process alone.* say that there are 2/)
})

test('in production each line says which worker writes it', async () => {
  const env = { NODE_ENV: 'production', ALLOWED_HOSTS: 'localhost', METRICS_TOKEN: 'x'.repeat(16), LOG_LEVEL: 'info' }
  await using command = start('2', env)
  const [, url] = await command.until(/"msg":"Workers 1\.0\.0 runs in production, 2 workers.*API (http:\S+?); /)
  const { worker, pid } = await who(url!)
  await command.until(new RegExp(`"worker":${worker},"pid":${pid},.*"msg":"request"`))
  command.kill('SIGTERM')
  const { code, output } = await command.ended
  expect(code).toBe(0)
  for (const line of output.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg')
})

test('WEB_CONCURRENCY says how many, and the flag has the last word', async () => {
  await using two = new CommandProcess(['start', app], { env: { PORT: '0', WEB_CONCURRENCY: '2', LOG_LEVEL: 'error' } })
  await two.until(/2 workers/)
  await using one = start('1', { WEB_CONCURRENCY: '2' })
  expect((await who(await one.url())).worker).toBe('')
  expect(one.output).not.toContain('workers')
})

test.each([
  [['--workers', '0'], {}, 'from 1 to 256, or auto'],
  [['--workers', 'many'], {}, 'from 1 to 256, or auto'],
  [
    [],
    { WEB_CONCURRENCY: '1.5' },
    'WEB_CONCURRENCY is "1.5".\nThe number of processes is a number from 1 to 256, or auto',
  ],
])('a number of workers that is none is refused: %j %j', async (flags, env, message) => {
  const { code, output } = await runCommand(['start', app, ...flags], { env })
  expect(code).toBe(1)
  expect(output).toContain(message)
})
