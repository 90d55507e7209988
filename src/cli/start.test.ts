import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { appFile, CommandProcess, runCommand } from './test/command.ts'

const hello = appFile('hello.ts')
const anyPort = { env: { PORT: '0' } }

test('start serves the app and says where it and its docs page are', async () => {
  await using command = new CommandProcess(['start', hello, '--port', '0'])
  const url = await command.url()
  expect(await (await fetch(`${url}/hello`)).json()).toBe('hello')
  const [, docs] = /Docs\s+(\S+)/.exec(command.output)!
  expect(await (await fetch(docs!)).text()).toContain('<title>Hello')
  expect(command.output).toMatch(/^Hello 1\.2\.3 runs in development/)
})

test('a mistake that only the document shows is told at once, and the app serves all the same', async () => {
  await using command = new CommandProcess(['start', appFile('one-name-twice.ts')], anyPort)
  const url = await command.url()
  await command.until(/The docs page cannot be shown, since the OpenAPI document cannot be made\.\n.*Post/)
  expect(await (await fetch(`${url}/post`)).json()).toEqual({ id: 1 })
})

test('PORT and HOST set where it listens', async () => {
  await using command = new CommandProcess(['start', hello], { env: { PORT: '0', HOST: '127.0.0.1' } })
  expect(await (await fetch(`${await command.url()}/hello`)).json()).toBe('hello')
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s stops it with 0', async (signal) => {
  await using command = new CommandProcess(['start', hello], anyPort)
  await command.url()
  command.kill(signal)
  expect(await command.ended).toMatchObject({ code: 0, output: expect.stringContaining('Stopped.') as string })
})

test('a request in flight is answered before it stops', async () => {
  await using command = new CommandProcess(['start', hello], anyPort)
  const answer = fetch(`${await command.url()}/lingering`)
  await command.until(/handling/)
  command.kill('SIGTERM')
  expect(await (await answer).json()).toBe('finished')
  expect((await command.ended).code).toBe(0)
})

test('a second signal ends it at once, whatever is in flight', async () => {
  await using command = new CommandProcess(['start', hello], anyPort)
  const answer = fetch(`${await command.url()}/endless`).catch((error: unknown) => error)
  await command.until(/handling/)
  command.kill('SIGTERM')
  await command.until(/Again to stop at once/)
  command.kill('SIGTERM')
  expect((await command.ended).code).toBe(143)
  expect(await answer).toBeInstanceOf(TypeError)
})

test('one signal that comes twice, from the terminal and from npm, is one', async () => {
  await using command = new CommandProcess(['start', hello], anyPort)
  const answer = fetch(`${await command.url()}/lingering`)
  await command.until(/handling/)
  command.kill('SIGTERM')
  // Of another name, since two of one name that meet are one to the system too.
  command.kill('SIGINT')
  expect(await (await answer).json()).toBe('finished')
  expect((await command.ended).code).toBe(0)
})

test('a port that is taken is named, with what to do', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const { code, output } = await runCommand(['start', hello, '--port', String(port)])
  other.close()
  expect(code).toBe(1)
  expect(output).toBe(`Port ${port} is taken by another program.\nChoose another: --port 3001, or PORT=3001.\n`)
})

test('an address that this machine has not is named', async () => {
  const { code, output } = await runCommand(['start', hello, '--host', 'host.invalid'], anyPort)
  expect(code).toBe(1)
  expect(output).toMatch(/^This machine has no address host\.invalid\.\nChoose another with --host/)
})

test.each([
  [
    'postgres://user:hidden@host.invalid/app',
    /^The database "app" at host\.invalid cannot be used: getaddrinfo \w+ host/,
  ],
  [
    'postgres://user:hidden@127.0.0.1:1/app',
    /^The database "app" at 127\.0\.0\.1:1 cannot be used: connect ECONNREFUSED/,
  ],
  ['mysql://user:hidden@localhost/app', /^TypeError: A database's URL begins with postgres:\/\/, not mysql:\/\//],
])('a database that is not there is named, with what to correct: %s', async (url, message) => {
  const { code, output } = await runCommand(['start', appFile('with-database.ts')], { env: { DATABASE_URL: url } })
  expect(code).toBe(1)
  expect(output).toMatch(message)
  expect(output).toContain('DATABASE_URL')
  expect(output).not.toContain('hidden')
})

test('a crash ends it with 1 and shows the error, and where in the app', async () => {
  await using command = new CommandProcess(['start', hello], anyPort)
  await fetch(`${await command.url()}/crash`, { method: 'POST' }).catch(() => undefined)
  const { code, output } = await command.ended
  expect(code).toBe(1)
  expect(output).toMatch(/The app crashed\.\na bug in the app\n {4}at .*src\/cli\/test\/apps\/hello\.ts:\d+/)
  expect(output).not.toContain('node:internal')
})

test.each([
  ['crash', 'a bug in the app'],
  ['reject', 'a promise nobody waits for'],
])('whoever is told of errors is told of what ends the process: %s', async (path, message) => {
  await using command = new CommandProcess(['start', appFile('crashes.ts')], anyPort)
  await fetch(`${await command.url()}/${path}`, { method: 'POST' }).catch(() => undefined)
  const { code, output } = await command.ended
  expect(code).toBe(1)
  const report = { msg: 'REPORT', message: 'The app crashed.', operation: path, error: message }
  expect(output).toContain(JSON.stringify(report))
})

const production = { PORT: '0', HOST: '127.0.0.1', NODE_ENV: 'production', ALLOWED_HOSTS: 'localhost' }

/** Every line of an output that is nothing but lines of a log. */
function linesOf(output: string): Record<string, unknown>[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

test('in production a crash is a line of the log too', async () => {
  await using command = new CommandProcess(['start', appFile('crashes.ts')], { env: production })
  const [, port] = await command.until(/http:\/\/localhost:(\d+)/)
  await fetch(`http://localhost:${port}/api/crash`, { method: 'POST' }).catch(() => undefined)
  const { code, output } = await command.ended
  expect(code).toBe(1)
  expect(linesOf(output).find(({ msg }) => msg === 'The app crashed.')).toMatchObject({
    level: 50,
    err: { message: 'a bug in the app', stack: expect.stringContaining('crashes.ts') as string },
  })
})

test('a line for each request is there when the process has ended, whatever LOG_FORMAT says in production', async () => {
  await using command = new CommandProcess(['start', hello], { env: { ...production, LOG_FORMAT: 'pretty' } })
  const [, port] = await command.until(/http:\/\/localhost:(\d+)/)
  for (let i = 0; i < 50; i++) await (await fetch(`http://localhost:${port}/api/hello`)).text()
  command.kill('SIGTERM')
  const { output } = await command.ended
  const requests = linesOf(output).filter(({ msg }) => msg === 'request')
  expect(requests).toHaveLength(50)
  expect(requests[0]).toMatchObject({ level: 30, method: 'GET', path: '/api/hello', operation: 'hello', status: 200 })
})

test('a rejection that nobody catches ends it with 1, and what else is in flight is answered before', async () => {
  await using command = new CommandProcess(['start', appFile('workers.ts')], anyPort)
  const url = await command.url()
  const answer = fetch(`${url}/slow?ms=300`)
  await command.until(/handling/)
  expect((await fetch(`${url}/crash`, { method: 'POST' })).status).toBe(200)
  expect((await answer).status).toBe(200)
  expect(await command.ended).toMatchObject({ code: 1, output: expect.stringContaining('a bug in the app') as string })
})

test('what waits for what has crashed does not keep the process', async () => {
  await using command = new CommandProcess(['start', hello], anyPort)
  const url = await command.url()
  const answer = fetch(`${url}/endless`).catch((error: unknown) => error)
  await command.until(/handling/)
  await fetch(`${url}/crash`, { method: 'POST' }).catch(() => undefined)
  expect((await command.ended).code).toBe(1)
  expect(await answer).toBeInstanceOf(TypeError)
})

test('in production the output is log lines only', async () => {
  const env = { PORT: '0', NODE_ENV: 'production', ALLOWED_HOSTS: 'localhost' }
  await using command = new CommandProcess(['start', hello], { env })
  await command.until(/"msg".*\n/)
  command.kill('SIGTERM')
  const { code, output } = await command.ended
  expect(code).toBe(0)
  for (const line of output.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg')
})
