import { inspect } from 'node:util'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import type { Secret } from '../core/secret.ts'
import { SettingsError } from './report.ts'
import { secretText } from './secret-text.ts'
import { problemsOf } from './settings.fixture.ts'
import { describeSettings, settings } from './settings.ts'
import { variable } from './variables.ts'

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

test('a list has no empty items, and an example for a list is one of its items', () => {
  const lists = z.object({ hosts: z.array(z.string()), ports: z.array(z.int()) })
  expect({ ...settings(lists, { env: { HOSTS: ' a ,, b,', PORTS: ',' } }) }).toEqual({ hosts: ['a', 'b'], ports: [] })
  expect(problemsOf(settings(lists, { env: { HOSTS: 'a' } }))).toMatchObject([{ variable: 'PORTS', example: '10,10' }])
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
