import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { router } from '../core/router.ts'
import { settings, SettingsError } from '../settings/index.ts'
import { checkSettings } from '../settings/settings.ts'
import { configOf } from './config.ts'
import { createApp } from './create-app.ts'
import type { AppDefinition } from './definition.ts'

const shown = (changes: Partial<AppDefinition>): Readonly<Record<string, string>> => {
  const app = createApp({ title: 'T', version: '1', environment: 'test', ...changes, api: router('/', {}) })
  return Object.fromEntries(configOf(app).flatMap(({ rows }) => rows.map(({ name, value }) => [name, value])))
}

test('of the metrics everything is shown but their token', () => {
  const { metrics } = shown({ metrics: { path: '/numbers', token: 'canary-of-at-least-16' } })
  expect(metrics).toBe('path: /numbers, token: [redacted]')
})

test('of an address with credentials the credentials are not shown, whatever the setting is called', () => {
  const values = settings(z.object({ smtpUrl: z.url(), nodes: z.array(z.string()), page: z.url() }), {
    env: {
      SMTP_URL: 'smtp://mailer:canary@mail.example.com:587/?pool=true',
      NODES: 'redis://:canary@a:6379,redis://b:6379',
      PAGE: 'https://example.com/?to=a@b.example',
    },
  })
  expect(shown({ settings: values })).toMatchObject({
    smtpUrl: 'smtp://[redacted]@mail.example.com:587/?pool=true',
    nodes: '["redis://[redacted]@a:6379","redis://b:6379"]',
    page: 'https://example.com/?to=a@b.example',
  })
})

test('nor where such a setting is wrong', () => {
  for (const url of ['smtp://mailer:canary@mail example', 'smtp://mailer:can/ary@mail', '//mailer:canary@mail']) {
    const values = settings(z.object({ smtpUrl: z.url(), port: z.int() }), { env: { SMTP_URL: url, PORT: '1' } })
    let told: unknown
    try {
      checkSettings(values)
    } catch (error) {
      told = error
    }
    expect(told).toBeInstanceOf(SettingsError)
    expect(inspect(told)).not.toMatch(/canary|can\/ary/)
    expect(inspect(told)).toContain('[redacted]@mail')
  }
})

test('nor what is called a secret inside of a setting that is JSON, right or wrong', () => {
  const schema = z.object({
    partners: z.array(z.object({ name: z.string(), apiKey: z.string(), port: z.int().optional() })),
    tokens: z.record(z.string(), z.string()),
    labels: z.record(z.string(), z.string()).default({ team: 'a' }),
  })
  const env = { PARTNERS: '[{"name":"acme","apiKey":"canary"}]', TOKENS: '{"acme":"canary"}' }
  expect(shown({ settings: settings(schema, { env }) })).toMatchObject({
    partners: '[{"name":"acme","apiKey":"[redacted]"}]',
    tokens: '[redacted]',
    labels: '{"team":"a"}',
  })
  const wrong = settings(schema, { env: { ...env, PARTNERS: '[{"apiKey":"canary"}]' } })
  expect(() => checkSettings(wrong)).toThrow(/PARTNERS +environment: /)
  expect(() => checkSettings(wrong)).not.toThrow(/canary/)
})
