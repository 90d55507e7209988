import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { problemsOf } from './settings.fixture.ts'
import { describeSettings, settings } from './settings.ts'
import { envFileNames } from './sources.ts'

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

test('a developer’s own file does not reach the tests, and that of the environment goes before the common one', () => {
  expect(envFileNames('test')).toEqual(['.env.test', '.env'])
  expect(envFileNames('')).toEqual(['.env.local', '.env.development', '.env'])
})

test('a file that NAME_FILE names and that is not there is told beside all else, and no other value is taken', () => {
  vi.stubEnv('A_FILE', '/nowhere/a')
  expect(problemsOf(settings(z.object({ a: z.string().default('x'), b: z.string() })))).toMatchObject([
    { variable: 'A', message: 'A_FILE names a file that cannot be read: /nowhere/a (ENOENT)' },
    { variable: 'B', message: 'is missing' },
  ])
})

test('what a command took from a file of variables into the environment goes after secrets all the same', () => {
  const folder = folderWith({ named: 'of NAME_FILE\n', b: 'of the folder\n' })
  for (const name of ['A', 'B', 'C']) vi.stubEnv(name, 'file')
  vi.stubEnv('A_FILE', join(folder, 'named'))
  writeFileSync(join(folder, '.env'), `A=file\nB=file\nC=file\nD_FILE=${join(folder, 'named')}\n`)
  const letters = z.object({ a: z.string(), b: z.string(), c: z.string(), d: z.string() })
  const config = settings(letters, { files: [join(folder, '.env')], secretsFolder: folder })
  expect({ ...config }).toEqual({ a: 'of NAME_FILE', b: 'of the folder', c: 'file', d: 'of NAME_FILE' })
})
