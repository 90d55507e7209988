import { inspect } from 'node:util'
import { serialize } from 'node:v8'
import { expect, test } from 'vitest'
import { Secret } from './secret.ts'

const value = 'canary-4711'
const secret = new Secret(value)

test('only reveal gives the value', () => {
  expect(secret.reveal()).toBe(value)
})

test('no way of making a text of a secret shows it', () => {
  const texts = [
    // oxlint-disable-next-line typescript/restrict-template-expressions -- what a mistake would look like
    `${secret}`,
    String(secret),
    secret.toString(),
    JSON.stringify({ deep: [secret] }),
    inspect(secret),
    inspect({ deep: { secret } }, { showHidden: true, depth: null, getters: true, customInspect: false }),
    inspect(new Map([['key', secret]])),
    Object.entries(secret).join(),
    Reflect.ownKeys(secret).map(String).join(),
    serialize(secret).toString('latin1'),
    inspect(structuredClone(secret), { showHidden: true }),
    new Error('with', { cause: secret }).stack ?? '',
    'a' + (secret as unknown as string),
  ]
  for (const text of texts) expect(text).not.toContain(value)
  expect(texts.slice(0, 5)).toEqual(['[redacted]', '[redacted]', '[redacted]', '{"deep":["[redacted]"]}', '[redacted]'])
})

test('a secret of any type is as closed', () => {
  expect(JSON.stringify(new Secret({ user: value, pass: [value] }))).toBe('"[redacted]"')
  expect(new Secret(4711).reveal() + 1).toBe(4712)
})
