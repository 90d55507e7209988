import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { CommandProcess, runCommand } from '../../src/cli/test/command.ts'

const APP = fileURLToPath(new URL('production-app.ts', import.meta.url))
const PRODUCTION = { NODE_ENV: 'production', ALLOWED_HOSTS: 'localhost', PORT: '0' }

/** What is for development, how it gets into production, and what is said instead of starting. */
const REFUSED: readonly (readonly [name: string, env: Readonly<Record<string, string>>, says: RegExp])[] = [
  ['hosts that are guessed', { ALLOWED_HOSTS: '' }, /in production the app must know its hosts/],
  ['an environment that is none', { NODE_ENV: 'staging' }, /"staging" is not an environment/],
  ['the embedded database', { PRODUCTION_CASE: 'embedded' }, /In production the database must be named/],
  ['a secret that is not set', { PRODUCTION_CASE: 'secret' }, /KEY +is missing/],
  [
    'the secret for development',
    { PRODUCTION_CASE: 'secret', KEY: 'only for development' },
    /KEY .*another than the value for development/,
  ],
  [
    'limits in memory, with several processes',
    { PRODUCTION_CASE: 'limits', WEB_CONCURRENCY: '4' },
    /in this process alone.*say that there are 4/,
  ],
  ['links in mail to a guessed origin', { PRODUCTION_CASE: 'no origin' }, /in production say where the app is reached/],
]

describe('what is for development does not start in production (GO2)', () => {
  test.for(REFUSED)('%s', async ([, env, says]) => {
    const { code, output } = await runCommand(['start', APP], { env: { ...PRODUCTION, ...env } })
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(says) })
    expect(output).not.toContain('only for development')
  })

  test('the same starts in development', async () => {
    for (const name of ['plain', 'secret', 'limits']) {
      await using command = new CommandProcess(['start', APP], { env: { PORT: '0', PRODUCTION_CASE: name } })
      await command.until(/API\s+http/)
    }
  })
})

test('what starts in production has no docs, no open metrics and no errors that tell (GO2)', async () => {
  await using command = new CommandProcess(['start', APP], { env: PRODUCTION })
  const [, port] = await command.until(/"msg":"[^"]*http:\/\/[^:"]+:(\d+)/)
  const origin = `http://localhost:${port}`
  expect((await fetch(`${origin}/api/hello`)).status).toBe(200)
  for (const path of ['/docs', '/openapi.json', '/metrics'])
    expect([401, 404]).toContain((await fetch(`${origin}${path}`)).status)
  const failed = await fetch(`${origin}/api/fail`)
  const body = await failed.text()
  expect(failed.status).toBe(500)
  expect(body).not.toMatch(/secret|\/srv|file\.ts|Error|at /)
})
