import { expect, test } from 'vitest'
import { checkLifetimes, lifetimesOf } from './parts.ts'

const of = (options: object) => ({ options }) as Parameters<typeof checkLifetimes>[0]

test('sessions last 14 days without a request and 30 in all, families 30, and the grace 10 seconds', () => {
  const day = 86_400
  expect(lifetimesOf(of({}))).toMatchObject({ idle: 14 * day, absolute: 30 * day, refresh: 30 * day, grace: 10 })
  expect(() => checkLifetimes(of({ tokens: { refreshGraceSeconds: 0 } }))).not.toThrow()
})

test.each([
  [{ sessions: { idleSeconds: 0 } }, 'sessions: { idleSeconds }'],
  [{ sessions: { absoluteSeconds: NaN } }, 'sessions: { absoluteSeconds }'],
  [{ tokens: { refreshExpiresInSeconds: 1.5 } }, 'tokens: { refreshExpiresInSeconds }'],
  [{ tokens: { refreshGraceSeconds: -1 } }, 'tokens: { refreshGraceSeconds }'],
  [{ eventsKeptDays: 0 }, 'eventsKeptDays'],
  [{ eventsKeptDays: 40_000 }, 'eventsKeptDays'],
])('a lifetime that is none is refused where it is declared: %j', (options, name) => {
  expect(() => checkLifetimes(of(options))).toThrow(name)
})
