import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { createApp, mount, route, router, text, type AppDefinition } from 'ashlar'
import { anyone, authenticated } from 'ashlar/access'
import { bearer } from 'ashlar/auth'
import { keptLog } from './serving.fixture.ts'

const base = mkdtempSync(join(tmpdir(), 'ashlar-frontend-'))
afterAll(() => rmSync(base, { recursive: true }))

function built(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(base, name, path, '..'), { recursive: true })
    writeFileSync(join(base, name, path), content)
  }
  return join(base, name)
}

const spa = built('spa', {
  'index.html': 'index',
  'assets/index-BkU2aX1b.js': 'bundle',
  'assets/main.3f2a9c1b.css': 'css',
  'assets/my-component.js': 'by hand',
  'favicon.ico': 'icon',
  'users.txt': 'a file where an operation is',
})
const site = built('site', { 'index.html': 'index', '404.html': 'lost' })

const api = router('/api', {
  users: route.get('/users', { access: anyone, response: text }, () => 'users'),
})

const definition = (changes: Partial<AppDefinition>): AppDefinition => ({
  title: 'T',
  version: '1',
  environment: 'test',
  logger: keptLog().logger,
  ...changes,
  api,
})

const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'

async function ask(
  changes: Partial<AppDefinition>,
  path: string,
  accept?: string,
  method = 'GET',
): Promise<[number, string]> {
  const headers = accept === undefined ? {} : { accept }
  const answer = await createApp(definition(changes)).fetch(new Request(`http://localhost${path}`, { method, headers }))
  return [
    answer.status,
    answer.headers.get('content-type')?.includes('problem') === true ? 'problem' : await answer.text(),
  ]
}

test('files are served where nothing else answers, after the operations', async () => {
  const frontend = spa
  expect(await ask({ frontend }, '/')).toEqual([200, 'index'])
  expect(await ask({ frontend }, '/favicon.ico')).toEqual([200, 'icon'])
  expect(await ask({ frontend }, '/api/users', HTML)).toEqual([200, 'users'])
  expect(await ask({ frontend: pathToFileURL(spa) }, '/favicon.ico')).toEqual([200, 'icon'])
})

test('a browser that goes to a path of the front end gets its index', async () => {
  const frontend = spa
  expect(await ask({ frontend }, '/users/7', HTML)).toEqual([200, 'index'])
  expect(await ask({ frontend }, '/users/ada@example.com', HTML)).toEqual([200, 'index'])
  expect(await ask({ frontend }, '/users/7', HTML, 'HEAD')).toEqual([200, ''])
})

test.each([
  ['a script that is missing', '/assets/gone.js', '*/*', 'GET'],
  ['a picture that is missing', '/logo.png', 'image/avif,image/webp,*/*;q=0.8', 'GET'],
  ['a client of the API', '/users/7', 'application/json', 'GET'],
  ['who says nothing', '/users/7', undefined, 'GET'],
  ['who does not want it', '/users/7', 'text/html;q=0, application/json', 'GET'],
  ['another method', '/users/7', HTML, 'POST'],
  ['a path below the API', '/api/nowhere', HTML, 'GET'],
  ['the path of the API', '/api', HTML, 'GET'],
])('%s gets a 404', async (_, path, accept, method) => {
  expect(await ask({ frontend: spa }, path, accept, method)).toEqual([404, 'problem'])
})

test('a 404.html is the answer where there is one, with its status', async () => {
  expect(await ask({ frontend: site }, '/lost', HTML)).toEqual([404, 'lost'])
  expect(await ask({ frontend: site }, '/lost', '*/*')).toEqual([404, 'problem'])
})

test('the fallback is chosen, or none', async () => {
  expect(await ask({ frontend: { folder: site, fallback: '/index.html' } }, '/lost', HTML)).toEqual([200, 'index'])
  expect(await ask({ frontend: { folder: spa, fallback: false } }, '/lost', HTML)).toEqual([404, 'problem'])
  expect(await ask({ frontend: { folder: spa, fallback: '/none.html' } }, '/lost', HTML)).toEqual([404, 'problem'])
})

test('a fallback that is not there is a mistake in production, and so is a front end without a folder', () => {
  const made = (frontend: unknown, environment = 'production') =>
    createApp(definition({ frontend, environment, allowedHosts: ['localhost'] } as Partial<AppDefinition>))
  expect(() => made({ folder: spa, fallback: '/app.html' })).toThrow(/frontend: its fallback \/app.html is not in /)
  expect(() => made({ folder: spa, fallback: 'index.html' }, 'test')).toThrow(
    /its fallback "index.html" begins with a slash: "\/index.html"/,
  )
  expect(() => made({ folder: spa, fallback: '/index.html' })).not.toThrow()
  expect(() => made({ dir: spa })).toThrow(/frontend: it has no folder; write/)
})

test('names with a hash are kept for a year, all else is asked for each time', async () => {
  const cacheOf = async (path: string, frontend: AppDefinition['frontend'] = spa): Promise<string | null> => {
    const answer = await createApp(definition({ frontend })).fetch(
      new Request(`http://localhost${path}`, { headers: { accept: HTML } }),
    )
    return answer.headers.get('cache-control')
  }
  const year = 'public, max-age=31536000, immutable'
  expect(await cacheOf('/assets/index-BkU2aX1b.js')).toBe(year)
  expect(await cacheOf('/assets/main.3f2a9c1b.css')).toBe(year)
  for (const path of ['/', '/assets/my-component.js', '/favicon.ico', '/users/7'])
    expect(await cacheOf(path)).toBe('no-cache')
  expect(await cacheOf('/assets/my-component.js', { folder: spa, immutable: /^\/assets\//g })).toBe(year)
})

test('a page in the place of another has no tag of its own to be known by', async () => {
  const headers = { accept: HTML, 'if-none-match': '*' }
  const answer = await createApp(definition({ frontend: site })).fetch(
    new Request('http://localhost/lost', { headers }),
  )
  expect([answer.status, answer.headers.get('etag')]).toEqual([404, null])
})

test('a front end may have an access rule, and is below the path of a mounted app', async () => {
  const auth = [bearer({ verify: () => undefined })]
  expect(await ask({ frontend: { folder: spa, access: authenticated }, auth }, '/', HTML)).toEqual([401, 'problem'])
  const inner = createApp(definition({ frontend: site }))
  expect(await ask({ mounts: [mount('/in', inner)] }, '/in/lost', HTML)).toEqual([404, 'lost'])
})

test('a folder that is missing ends the start in production, and is told in development', async () => {
  const frontend = join(base, 'none')
  const production = { frontend, environment: 'production', allowedHosts: ['localhost'] } as const
  expect(() => createApp(definition(production))).toThrow(
    /frontend: there is no folder .*none; build the front end first/,
  )
  const { lines, logger } = keptLog()
  const app = createApp(definition({ frontend, logger }))
  // Nobody has asked for it: `ashlar openapi` and the like print the document and nothing else.
  expect(lines).toEqual([])
  for (const path of ['/', '/again']) expect((await app.fetch(new Request(`http://localhost${path}`))).status).toBe(404)
  expect(lines).toMatchObject([
    { level: 'warn', message: expect.stringContaining('The front end is not served') as string },
  ])
  built('none', { 'index.html': 'built meanwhile' })
  expect(await (await app.fetch(new Request('http://localhost/'))).text()).toBe('built meanwhile')
  expect(() => createApp(definition({ mounts: [mount('/x', { access: anyone, files: join(base, 'gone') })] }))).toThrow(
    /mount \/x: there is no folder/,
  )
})
