import { expect, test } from 'vitest'
import { withoutCredentials } from './without-credentials.ts'

test.each([
  ['postgres://app:canary@db:5432/shop?x=a@b', 'postgres://[redacted]@db:5432/shop?x=a@b'],
  ['redis://:canary@cache', 'redis://[redacted]@cache'],
  ['https://canary@api.example.com', 'https://[redacted]@api.example.com'],
  ['https:app:canary@api.example.com', '[redacted]'],
  ['postgres://app:can/ary@db', 'postgres://[redacted]@db'],
  ['postgres://app:canary with@ in it@db:port/shop', 'postgres://[redacted]@db:port/shop'],
  ['//app:canary@db', '//[redacted]@db'],
  ['jdbc:postgresql://app:canary@db/shop', 'jdbc:postgresql://[redacted]@db/shop'],
  ['redis://:canary@a,redis://:canary@b', 'redis://[redacted]@a,redis://[redacted]@b'],
  ['https://example.com/?to=postgres://app:canary@db', 'https://example.com/?to=postgres://[redacted]@db'],
])('of %s the credentials are not shown', (given, shown) => {
  expect(withoutCredentials(given)).toBe(shown)
})

test.each(['https://example.com/~ada@home?to=a@b.example', 'Ada <ada@example.com>', 'mailto:ada@example.com', 'a//b'])(
  '%s is shown as it is',
  (given) => {
    expect(withoutCredentials(given)).toBe(given)
  },
)
