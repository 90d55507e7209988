import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { appFile, CommandProcess, runCommand } from './test/command.ts'

const app = appFile('with-settings.ts')
const folder = mkdtempSync(join(tmpdir(), 'ashlar-config-'))
beforeAll(() => {
  writeFileSync(join(folder, '.env'), 'PUBLIC_URL=https://of.the.file\nDATABASE_URL=\nLOG_LEVEL=warn\n')
  writeFileSync(join(folder, 'key'), 'a secret of a file\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

test('what holds is shown with where it comes from, and no secret', async () => {
  const env = { API_KEY_FILE: join(folder, 'key'), ALLOWED_HOSTS: 'api.example.com' }
  const { code, output } = await runCommand(['config', app], { cwd: folder, env })
  expect(code).toBe(0)
  expect(output).toMatch(/^SETTINGS +VALUE +FROM\npublicUrl +https:\/\/of\.the\.file +\.env$/m)
  expect(output).toMatch(/^apiKey +\[redacted\] +\S+\/key$/m)
  expect(output).toMatch(/^retries +3 +default$/m)
  expect(output).toMatch(/^allowedHosts +api\.example\.com +ALLOWED_HOSTS$/m)
  expect(output).toMatch(/^bodyBytes +2048 +createApp$/m)
  expect(output).toMatch(/^headerCount +100 +default$/m)
  expect(output).not.toContain('a secret of a file')
})

test('options of the app are shown as they were said, but for what is secret', async () => {
  const { output } = await runCommand(['config', app], { cwd: folder, env: { API_KEY: 'k' } })
  expect(output).toMatch(/^cors +origins: https:\/\/a\.example, https:\/\/b\.example, credentials: on +createApp$/m)
  expect(output).toMatch(/^frontend +\S+\/pages +createApp$/m)
  expect(output).toMatch(/^limit +burst, user-3600s +createApp$/m)
  expect(output).toMatch(/^metrics +token: \[redacted\] +createApp$/m)
  expect(output).toMatch(/^docs +on +default$/m)
})

test('as JSON it can be read by a program', async () => {
  const { output } = await runCommand(['config', app, '--json'], { cwd: folder, env: { API_KEY: 'k' } })
  const shown = JSON.parse(output) as Record<string, Record<string, { value: string; source: string }>>
  expect(shown['settings']).toMatchObject({
    publicUrl: { value: 'https://of.the.file', source: '.env' },
    apiKey: { value: '[redacted]', source: 'API_KEY' },
  })
})

test('settings that are missing are listed, all of them, and nothing is started', async () => {
  const env = { PUBLIC_URL: 'nowhere', RETRIES: 'many' }
  for (const command of ['config', 'start']) {
    const { code, output } = await runCommand([command, app], { cwd: tmpdir(), env })
    expect(code).toBe(1)
    expect(output).toMatch(/3 settings are missing or wrong/)
    for (const name of ['PUBLIC_URL', 'RETRIES', 'API_KEY']) expect(output).toContain(`for example ${name}=`)
    expect(output).not.toMatch(/^\s+at /m)
  }
})

test('a command reads .env files, and what is set goes before them', async () => {
  writeFileSync(join(folder, '.env.local'), 'PORT=0\n')
  await using command = new CommandProcess(['start', app], { cwd: folder, env: { API_KEY: 'k' } })
  const [, url] = await command.until(/API\s+(http:\S+)/)
  expect(new URL(url!).port).not.toBe('3000')
})
