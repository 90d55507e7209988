import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { inDevelopment } from './in-development.ts'
import { secretText } from './secret-text.ts'
import { problemsOf } from './settings.fixture.ts'
import { describeSettings, settings } from './settings.ts'
import { variable } from './variables.ts'

afterEach(() => void vi.unstubAllEnvs())

test('what stands for a secret in development is told as that', () => {
  const config = settings(
    z.object({ key: secretText({ development: 'for development' }), note: z.string().optional() }),
  )
  expect(describeSettings(config)).toMatchObject([
    { name: 'key', value: '[redacted]', source: 'development' },
    { name: 'note', value: '', source: 'not set' },
  ])
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

test('what production has to be given has a text that counts elsewhere, also of lists, JSON and objects that may be missing', () => {
  const schema = z.object({
    publicUrl: inDevelopment('http://localhost:3000', z.url().describe('where clients reach it')),
    origins: inDevelopment('a,b', z.array(z.string())),
    labels: inDevelopment('{"team":"a"}', z.record(z.string(), z.string())),
    smtp: z.object({ host: z.string(), port: inDevelopment('1025', z.int()) }).optional(),
  })
  const here = settings(schema, { env: { LABELS: '{"cost":"b"}' } })
  expect({ ...here }).toEqual({ publicUrl: 'http://localhost:3000', origins: ['a', 'b'], labels: { cost: 'b' } })
  expect(describeSettings(here).map(({ source }) => source)).toEqual([
    'development',
    'development',
    'environment',
    'not set',
    'not set',
  ])
  expect(settings(schema, { env: { SMTP_HOST: 'mail' } }).smtp).toEqual({ host: 'mail', port: 1025 })
  vi.stubEnv('NODE_ENV', 'production')
  expect(problemsOf(settings(schema, { env: { SMTP_HOST: 'mail' } })).map(({ variable: name }) => name)).toEqual([
    'PUBLIC_URL',
    'ORIGINS',
    'LABELS',
    'SMTP_PORT',
  ])
})

test('a text for development that does not fit is told as what it is', () => {
  const config = settings(z.object({ port: inDevelopment('many', z.int()) }), { env: {} })
  expect(problemsOf(config)).toMatchObject([
    { variable: 'PORT', message: expect.stringContaining('development has "many": input should be a valid integer') },
  ])
  expect(() => inDevelopment('', z.string())).toThrow(TypeError)
})

test('a secret that is described or has a variable of its own keeps its value for development', () => {
  const keys = z.object({
    a: secretText({ development: 'only here' }).describe('signs'),
    b: variable('KEY', secretText({ development: 'only here' })),
  })
  const config = settings(keys, { env: {} })
  expect([config.a.reveal(), config.b.reveal()]).toEqual(['only here', 'only here'])
})
