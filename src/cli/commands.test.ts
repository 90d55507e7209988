import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { database } from '../data/index.ts'
import { createTestDatabase } from '../data/test-database.ts'
import { app as helloApp } from './test/apps/hello.ts'
import { appFile, CommandProcess, runCommand } from './test/command.ts'

const hello = appFile('hello.ts')
const folder = mkdtempSync(join(tmpdir(), 'ashlar-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a command whose output nobody reads on ends quietly', async () => {
  await using command = new CommandProcess(['openapi', hello])
  command.child.stdout!.destroy()
  expect(await command.ended).toEqual({ code: 0, output: '' })
})

describe('the app that is named', () => {
  test('is missed by name, and a default is said where none is named', async () => {
    expect(await runCommand(['start', 'nowhere.ts'], { cwd: folder })).toEqual({
      code: 1,
      output: `There is no file nowhere.ts in ${folder}.\nName the file that exports your app, such as: ashlar start src/app.ts\n`,
    })
    const { code, output } = await runCommand(['routes'], { cwd: folder })
    expect(code).toBe(1)
    expect(output).toContain('there is none of src/app.ts, app.ts, src/app.js, app.js')
  })

  test('is found where it is expected', async () => {
    writeFileSync(join(folder, 'app.ts'), `export { app } from ${JSON.stringify(hello)}`)
    expect((await runCommand(['routes'], { cwd: folder })).output).toContain('/api/hello')
  })

  test('is asked for where the file exports something else', async () => {
    const { code, output } = await runCommand(['start', appFile('no-app.ts')])
    expect(code).toBe(1)
    expect(output).toContain('It exports `api`, `server`, and no `app`.')
    expect(output).toContain('export const app = createApp({')
  })

  test('is reported with every mistake of its definition, and without a stack', async () => {
    const { code, output } = await runCommand(['start', appFile('broken.ts')])
    expect(code).toBe(1)
    expect(output).toContain('The app cannot start: 2 problems')
    expect(output).toContain('  - me: its access rule needs to know the caller')
    expect(output).toContain('mailer')
    expect(output).not.toMatch(/^\s+at /m)
  })

  test('is helped where an import names a file as it will be built', async () => {
    const { code, output } = await runCommand(['start', appFile('wrong-extension.ts')])
    expect(code).toBe(1)
    expect(output).toContain('wrong-extension.ts could not be loaded.')
    expect(output).toContain('There is a src/cli/test/apps/hello.ts. Imports name the file as it is')
  })

  test('is helped where two modules import each other', async () => {
    writeFileSync(join(folder, 'a.ts'), `import { b } from './b.ts'\nexport const a = 1\nexport const app = b\n`)
    writeFileSync(join(folder, 'b.ts'), `import { a } from './a.ts'\nexport const b = a\n`)
    const { output } = await runCommand(['start', 'a.ts'], { cwd: folder })
    expect(output).toContain("ReferenceError: Cannot access 'a' before initialization\n    at b.ts:2:18")
    expect(output).toContain('two modules import each other: move what both need into a module of its own')
  })

  test('is helped where a package has no such part', async () => {
    const file = join(folder, 'subpath.ts')
    const own = join(folder, 'node_modules', 'kit')
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'package.json'), '{"name":"kit","exports":{".":"./a.js","./rules":"./b.js"}}')
    writeFileSync(file, `export { app } from 'kit/ruls'`)
    expect((await runCommand(['start', file], { cwd: folder })).output).toContain('\nIt has: kit, kit/rules\n')
  })

  test('is shown with file, line and place where its syntax is wrong', async () => {
    const file = join(folder, 'syntax.ts')
    writeFileSync(file, 'const fine = 1\nconst = 2\n')
    const { code, output } = await runCommand(['routes', file], { cwd: folder })
    expect(code).toBe(1)
    expect(output).toContain('syntax.ts could not be loaded.')
    expect(output).toContain('syntax.ts:2\nconst fine = 1\nconst = 2\n      ^')
    writeFileSync(file, 'const twice = 1\nexport { twice }\nexport { twice }\n')
    expect((await runCommand(['routes', file], { cwd: folder })).output).toContain('To see where: node syntax.ts')
  })
})

describe('ashlar routes', () => {
  test('lists every operation with its access', async () => {
    const { code, output } = await runCommand(['routes', hello])
    expect(code).toBe(0)
    expect(output.split('\n').slice(0, -1)).toEqual([
      'METHOD  PATH                  OPERATION                 ACCESS',
      'GET     /api/hello            hello                     anyone',
      'GET     /api/lingering        lingering                 anyone',
      'GET     /api/endless          endless                   anyone',
      'POST    /api/crash            crash                     anyone',
      'DELETE  /api/admin/posts/:id  admin.purge (deprecated)  allOf(authenticated, role(admin))',
    ])
  })

  test('gives the same as JSON', async () => {
    const { output } = await runCommand(['routes', hello, '--json'])
    expect((JSON.parse(output) as unknown[])[4]).toEqual({
      method: 'DELETE',
      path: '/api/admin/posts/:id',
      operation: 'admin.purge',
      access: 'allOf(authenticated, role(admin))',
      deprecated: true,
    })
  })
})

describe('ashlar openapi', () => {
  test('prints the document', async () => {
    const { code, output } = await runCommand(['openapi', hello])
    expect(code).toBe(0)
    expect(JSON.parse(output)).toEqual(helloApp.openapi())
  })

  test('writes it, agrees with what was written, and names what has changed since', async () => {
    const file = join(folder, 'api.json')
    expect((await runCommand(['openapi', hello, '--out', file])).code).toBe(0)
    expect((await runCommand(['openapi', hello, '--check', file])).code).toBe(0)
    writeFileSync(file, readFileSync(file, 'utf8').replace('"1.2.3"', '"1.2.2"').replace('"/api/hello"', '"/api/hi"'))
    const { code, output } = await runCommand(['openapi', hello, '--check', file])
    expect(code).toBe(1)
    expect(output).toContain('~ /info/version')
    expect(output).toContain('- /paths/~1api~1hi')
    expect(output).toContain('+ /paths/~1api~1hello')
  })

  test('says how to make the file that is to be checked', async () => {
    const { code, output } = await runCommand(['openapi', hello, '--check', 'absent.json'], { cwd: folder })
    expect(code).toBe(1)
    expect(output).toContain('ashlar openapi --out absent.json')
  })
})

test('ashlar migrate shows what is pending, applies it once, and says when', async () => {
  const own = await createTestDatabase(database())
  const env = { DATABASE_URL: own.url }
  const file = appFile('with-database.ts')
  expect((await runCommand(['migrate', file, 'status'], { env })).output).toMatch(/0001_posts\S*\s+pending/)
  expect((await runCommand(['migrate', file], { env })).output).toMatch(/applied\n {2}0001_posts/)
  expect((await runCommand(['migrate', file, 'apply'], { env })).output).toContain('nothing to apply')
  expect((await runCommand(['migrate', file, 'status'], { env })).output).toMatch(/0001_posts\S*\s+applied \d{4}-/)
  expect((await runCommand(['migrate', file, 'rollback'], { env })).output).toContain('Write one of: apply, status')
  expect((await runCommand(['migrate', hello], { env })).output).toContain('no database with migrations')
  await own.drop()
})

describe('ashlar itself', () => {
  test('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(await runCommand(['--version'])).toEqual({ code: 0, output: `${version}\n` })
  })

  test.each(['', 'dev', 'start', 'routes', 'openapi', 'migrate'])('teaches with --help: ashlar %s', async (name) => {
    const { code, output } = await runCommand([...(name === '' ? [] : [name]), '--help'])
    expect(code).toBe(0)
    expect(output).toMatch(/Examples:\n {2}ashlar /)
    if (['', 'dev', 'start'].includes(name))
      for (const variable of ['PORT', 'HOST', 'DATABASE_URL', 'ALLOWED_HOSTS', 'LOG_LEVEL', 'NODE_ENV'])
        expect(output).toContain(`  ${variable} `)
  })

  test('suggests the command that was meant', async () => {
    const { code, output } = await runCommand(['strat'])
    expect(code).toBe(1)
    expect(output).toContain('Did you mean start?')
  })
})
