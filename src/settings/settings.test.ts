import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, expect, expectTypeOf, test, vi } from 'vitest'
import { z } from 'zod'
import type { Secret } from '../core/secret.ts'
import { SettingsError } from './report.ts'
import { secretText } from './secret-text.ts'
import { checkSettings, describeSettings, settings } from './settings.ts'
import { envFileNames } from './sources.ts'
import { variable } from './variables.ts'

const ended: (() => void)[] = []
afterEach(() => {
  vi.unstubAllEnvs()
  for (const end of ended.splice(0)) end()
})

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-settings-'))
  ended.push(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

function problemsOf(values: object): readonly { variable: string; message: string }[] {
  try {
    checkSettings(values)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

const schema = z.object({
  publicUrl: z.url().describe('where clients reach it'),
  debug: z.boolean().default(false),
  origins: z.array(z.string()).default([]),
  retryAfter: z.int().min(1).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  smtp: z.object({ host: z.string(), port: z.int().default(587), password: secretText({ minBytes: 8 }) }),
  s3: z.object({ bucket: z.string(), region: z.string().default('eu') }).optional(),
})

const enough = { PUBLIC_URL: 'https://example.com', SMTP_HOST: 'mail', SMTP_PASSWORD: 'correct horse' }

test('texts of the environment become what the schema says, by the names of its tree', () => {
  const env = {
    ...enough,
    DEBUG: 'yes',
    ORIGINS: 'https://a.example, https://b.example',
    RETRY_AFTER: '7',
    LABELS: '{"team":"a"}',
  }
  const config = settings(schema, { env })
  expectTypeOf(config.smtp.password).toEqualTypeOf<Secret>()
  expectTypeOf(config.s3).toEqualTypeOf<{ bucket: string; region: string } | undefined>()
  expect({ ...config, smtp: { ...config.smtp, password: config.smtp.password.reveal() } }).toEqual({
    publicUrl: 'https://example.com',
    debug: true,
    origins: ['https://a.example', 'https://b.example'],
    retryAfter: 7,
    labels: { team: 'a' },
    smtp: { host: 'mail', port: 587, password: 'correct horse' },
  })
  expect(settings(schema, { env: { ...env, S3_BUCKET: 'files' } }).s3).toEqual({ bucket: 'files', region: 'eu' })
})

test('everything that is missing or wrong is told at once, with the variable and an example, and no secret', () => {
  const config = settings(schema, {
    env: { DEBUG: 'perhaps', RETRY_AFTER: '0', LABELS: '{', SMTP_PASSWORD: 'short', S3_REGION: 'us' },
  })
  const problems = problemsOf(config)
  expect(Object.fromEntries(problems.map(({ variable: name, message }) => [name, message]))).toEqual({
    PUBLIC_URL: 'is missing (where clients reach it)',
    DEBUG: expect.stringMatching(/^environment has "perhaps": input should be a valid boolean/),
    RETRY_AFTER: expect.stringContaining('environment has "0": input should be greater than or equal to 1'),
    LABELS: 'environment has no JSON',
    SMTP_HOST: 'is missing',
    SMTP_PASSWORD: expect.stringContaining('should have at least 8 bytes'),
    S3_BUCKET: 'is missing',
  })
  const text = String(new SettingsError(problems as never))
  expect(() => config.debug).toThrow(/7 settings are missing or wrong/)
  expect(() => config.debug).toThrow(/PUBLIC_URL +is missing.*\n +for example PUBLIC_URL=https:\/\/api\.example\.com/)
  expect(text + inspect(problems)).not.toContain('short')
})

test('the environment goes before files of secrets, those before files of variables, and those before defaults', () => {
  const folder = folderWith({
    '.env.local': 'A=local\n',
    '.env': 'A=file\nB=file\nC=file\nD=file\n',
    named: 'of NAME_FILE\n',
    c: 'of the folder\n',
  })
  const letters = z.object({
    a: z.string(),
    b: z.string(),
    c: z.string(),
    d: z.string(),
    e: z.string().default('default'),
  })
  vi.stubEnv('A', 'environment')
  vi.stubEnv('B_FILE', join(folder, 'named'))
  const files = [join(folder, '.env.local'), join(folder, '.env')]
  const config = settings(letters, { files, secretsFolder: folder })
  expect({ ...config }).toEqual({ a: 'environment', b: 'of NAME_FILE', c: 'of the folder', d: 'file', e: 'default' })
  expect(describeSettings(config).map(({ source }) => source)).toEqual([
    'environment',
    join(folder, 'named'),
    join(folder, 'c'),
    join(folder, '.env'),
    'default',
  ])
})

test('what stands for a secret in development is told as that', () => {
  const config = settings(
    z.object({ key: secretText({ development: 'for development' }), note: z.string().optional() }),
  )
  expect(describeSettings(config)).toMatchObject([
    { name: 'key', value: '[redacted]', source: 'development' },
    { name: 'note', value: '', source: 'not set' },
  ])
})

test('a developer’s own file does not reach the tests, and that of the environment goes before the common one', () => {
  expect(envFileNames('test')).toEqual(['.env.test', '.env'])
  expect(envFileNames('')).toEqual(['.env.local', '.env.development', '.env'])
})

test('a file that NAME_FILE names and that is not there is told, and no other value is taken', () => {
  vi.stubEnv('A_FILE', '/nowhere/a')
  expect(() => settings(z.object({ a: z.string().default('x') })).a).toThrow(/A_FILE names a file that cannot be read/)
})

test('a setting is read from a variable of another name, with a prefix or without', () => {
  const config = settings(z.object({ key: variable('STRIPE_KEY', z.string()), mode: z.enum(['a', 'b']) }), {
    prefix: 'APP_',
    env: { STRIPE_KEY: 'k', APP_MODE: 'b' },
  })
  expect({ ...config }).toEqual({ key: 'k', mode: 'b' })
  expect(() => variable('lower', z.string())).toThrow(TypeError)
})

test('two settings of one variable are a mistake', () => {
  const twice = z.object({ jwtSecret: z.string(), jwt: z.object({ secret: z.string() }) })
  expect(() => settings(twice)).toThrow(/jwtSecret and jwt\.secret are both read from JWT_SECRET/)
  expect(() => settings(z.string() as never)).toThrow(/takes an object of Zod/)
})

test('a secret has a value for development that production refuses', () => {
  const keys = z.object({ key: secretText({ minBytes: 4, development: 'only here' }) })
  expect(settings(keys, { env: {} }).key.reveal()).toBe('only here')
  vi.stubEnv('NODE_ENV', 'production')
  expect(problemsOf(settings(keys, { env: {} }))).toMatchObject([{ variable: 'KEY', message: 'is missing' }])
  expect(problemsOf(settings(keys, { env: { KEY: 'only here' } }))).toMatchObject([
    { message: expect.stringContaining('another than the value for development') },
  ])
  expect(settings(keys, { env: { KEY: 'of our own' } }).key.reveal()).toBe('of our own')
  expect(() => secretText({ minBytes: 32, development: 'short' })).toThrow(RangeError)
})

test('no secret can be seen in what settings are shown as', () => {
  const config = settings(schema, { env: enough })
  const shown = [
    JSON.stringify(config),
    inspect(config, { depth: 9 }),
    String(config.smtp.password),
    inspect(describeSettings(config)),
  ]
  for (const text of shown) expect(text).not.toContain('correct horse')
  expect(describeSettings(config)).toContainEqual({
    name: 'smtp.password',
    variable: 'SMTP_PASSWORD',
    value: '[redacted]',
    source: 'environment',
  })
})

test('settings do not change, and are read once', () => {
  const env: Record<string, string> = { ...enough }
  const config = settings(schema, { env })
  expect(config.publicUrl).toBe('https://example.com')
  env['PUBLIC_URL'] = 'https://other.example'
  expect(config.publicUrl).toBe('https://example.com')
  expect(() => Object.assign(config, { debug: true })).toThrow(TypeError)
  expect(() => Object.assign(config.smtp, { port: 1 })).toThrow(TypeError)
})

test('asynchronous checks are refused', () => {
  const late = z.object({ a: z.string().refine(async () => true) })
  expect(() => settings(late, { env: { A: 'x' } }).a).toThrow(/asynchronous/)
})
