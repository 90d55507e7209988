import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CommandProcess } from '../test/command.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashlar-dev-'))
  // The embedded server of a root process runs as another user, who must pass through.
  chmodSync(folder, 0o755)
  write('package.json', '{ "name": "under-development", "type": "module" }')
  mkdirSync(join(folder, 'src'))
  write('src/greeting.ts', "export const greeting: string = 'hello'")
  write('src/app.ts', app("import { greeting } from './greeting.ts'", '() => greeting'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text)
}

/** The package as it is here: the folder is outside of it. */
const entry = (path: string): string => JSON.stringify(new URL(`../../${path}`, import.meta.url).href)

function app(imports: string, handler: string, definition = ''): string {
  return `import { createApp, route, router } from ${entry('index.ts')}
import { anyone } from ${entry('core/access/index.ts')}
import { z } from ${JSON.stringify(import.meta.resolve('zod'))}
${imports}
const hello = route.get('/hello', { access: anyone, response: z.string() }, ${handler})
export const app = createApp({ title: 'Dev', version: '1.0.0', ${definition} api: router('/api', { hello }) })
`
}

function dev(): CommandProcess {
  return new CommandProcess(['dev'], { cwd: folder, env: { PORT: '0', LOG_FORMAT: 'pretty' } })
}

async function hello(command: CommandProcess): Promise<unknown> {
  return (await fetch(`${await command.url()}/hello`)).json()
}

test('dev serves the app, prints a line per request, and starts it again when a file it imports changes', async () => {
  await using command = dev()
  expect(await hello(command)).toBe('hello')
  await command.until(/GET \/api\/hello 200 \d+\.\d ms hello\n {2}└─ handler hello \d+\.\d ms\n/)
  write('src/greeting.ts', "export const greeting: string = 'good morning'")
  await command.until(/Changed: src\/greeting\.ts/)
  expect(await hello(command)).toBe('good morning')
  command.kill('SIGINT')
  expect((await command.ended).code).toBe(0)
})

test('dev shows what a request did: dependencies, statements, how often, and the error with its place in the app', async () => {
  const imports = `import { dependency } from ${entry('index.ts')}
import { database as declare } from ${entry('data/index.ts')}
import { sql } from ${JSON.stringify(import.meta.resolve('drizzle-orm'))}
const database = declare({ embedded: { durable: false } })
const uses = { tx: database.transaction }
const answer = dependency({ name: 'answer', uses }, ({ tx }) => async (n) => { await tx.execute(sql.raw('select ' + n)) })`
  const handler = `async ({ answer, log }) => {
  for (const n of [1, 2, 3]) await answer(n)
  log.info({ password: 'never shown', id: String.fromCharCode(27) + '[31m' }, 'half way')
  return answer('nowhere')
}`
  const source = app(imports, handler, 'database,').replace('response:', 'uses: { answer }, response:')
  write('src/app.ts', source)
  await using command = dev()
  await fetch(`${await command.url()}/hello`)
  const [line] = await command.until(/INFO {2}half way .*\n/)
  expect(line).toContain('password=[redacted]')
  expect(line).not.toContain('\u001b')
  const [tree] = await command.until(/GET \/api\/hello 500 [^]*caused by .*\n.*\n.*\n/)
  expect(tree).toMatch(/ {2}├─ dependency answer \d+\.\d ms\n {2}└─ handler hello \d+\.\d ms failed\n/)
  expect(tree).toMatch(/ {5}├─ select \? ×3 \d+\.\d ms\n {5}└─ select nowhere \d+\.\d ms failed\n/)
  expect(tree).toMatch(
    /caused by error: column "nowhere" does not exist\n.*ashlar migrate check.*\n.* at .*src\/app\.ts:\d+/,
  )
})

test('a failed start is explained, and the change that mends it is noticed', async () => {
  await using command = dev()
  await command.url()
  write('src/greeting.ts', "export const greeting string = 'hello'")
  await command.until(/src\/greeting\.ts:1\n[^]*SyntaxError[^]*started again when a file changes/)
  write('src/greeting.ts', "export const greeting: string = 'mended'")
  expect(await hello(command)).toBe('mended')
})

test('a file that is missing is noticed when it is made', async () => {
  rmSync(join(folder, 'src/greeting.ts'))
  await using command = dev()
  await command.until(/Cannot find module '.*greeting\.ts'[^]*started again/)
  write('src/greeting.ts', "export const greeting: string = 'made'")
  expect(await hello(command)).toBe('made')
})

test('every mistake of the definition is listed, and a crash later is waited out as well', async () => {
  write('src/app.ts', app('', '() => greeting').replace('access: anyone, ', ''))
  await using command = dev()
  await command.until(/The app cannot start: 1 problem\n {2}- hello: .*\n[^]*started again/)
  write('src/app.ts', app('', "() => { setImmediate(() => { throw new Error('a bug') }); return '' }"))
  await hello(command).catch(() => undefined)
  await command.until(/The app crashed\.\na bug[^]*started again/)
  write('src/app.ts', app('', "() => 'well again'"))
  expect(await hello(command)).toBe('well again')
})

test('the embedded database keeps running while the app is started again, and a new migration is a change', async () => {
  mkdirSync(join(folder, 'migrations'))
  write('migrations/0001_first.sql', 'CREATE TABLE first ()')
  const imports = `import { database as declare } from ${entry('data/index.ts')}
const database = declare({ migrations: new URL('../migrations', import.meta.url), embedded: { durable: false } })`
  const since =
    "async () => String((await database.pool.query('SELECT pg_postmaster_start_time() AS since')).rows[0].since)"
  write('src/app.ts', app(imports, since, 'database,'))
  await using command = dev()
  const before = await hello(command)
  write('migrations/0002_second.sql', 'CREATE TABLE second ()')
  await command.until(/Changed: migrations\/0002_second\.sql/)
  expect(await hello(command)).toBe(before)
  command.kill('SIGTERM')
  expect((await command.ended).code).toBe(0)
})

test('a port that is taken ends it: no change of a file can mend that', async () => {
  await using first = dev()
  const { port } = new URL(await first.url())
  await using second = new CommandProcess(['dev', '--port', port], { cwd: folder })
  const { code, output } = await second.ended
  expect(code).toBe(1)
  expect(output).toContain(`Port ${port} is taken by another program.`)
})

test('the process of the app ends with the one that watches, however that ends', async () => {
  await using command = dev()
  const url = await command.url()
  command.kill('SIGKILL')
  // Its output closes when the last process that has it open has ended.
  await command.ended
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})
