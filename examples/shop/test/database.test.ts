import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const APP = new URL('../src/app.ts', import.meta.url).pathname
const CLI = new URL('../../../src/cli/main.ts', import.meta.url).pathname

async function ashlar(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=ashlar-source', CLI, ...args])
  return stdout
}

test('the migrations make the tables of the code', async () => {
  expect(await ashlar('migrate', APP, 'check', '--no-live')).toContain('agree with the tables in code')
})
