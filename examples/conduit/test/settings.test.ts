import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => vi.unstubAllEnvs())

async function settings(): Promise<{ readonly jwtSecret: string }> {
  vi.resetModules()
  return (await import('../src/settings.ts')).settings
}

test('in production there is no secret but the one that is set', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  vi.stubEnv('JWT_SECRET', undefined)
  await expect(settings()).rejects.toThrow('JWT_SECRET is not set')
  vi.stubEnv('JWT_SECRET', 'x'.repeat(32))
  expect(await settings()).toEqual({ jwtSecret: 'x'.repeat(32) })
})

test('in development the app starts as it is', async () => {
  vi.stubEnv('JWT_SECRET', undefined)
  expect((await settings()).jwtSecret).toMatch(/development/)
})
