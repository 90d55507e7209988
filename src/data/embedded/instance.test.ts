import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { canReach } from './owner.ts'
import { instanceIn, prepare, socketFolder } from './instance.ts'

const root = mkdtempSync(join(tmpdir(), 'ashlar-instance-'))
chmodSync(root, 0o755)
const project = { root, name: 'blog' }
const isRoot = process.geteuid?.() === 0
afterAll(() => rmSync(root, { recursive: true }))

describe('the folders of an embedded server', () => {
  test('the durable one and the one for tests are apart', () => {
    expect(instanceIn(project).directory).toBe(join(root, '.ashlar', 'postgres'))
    expect(instanceIn(project, { durable: false }).directory).toBe(join(root, '.ashlar', 'postgres-test'))
  })

  test('are closed to other users and ignored by git', () => {
    const instance = instanceIn(project)
    prepare(instance)
    expect(statSync(instance.directory).mode & 0o777).toBe(0o700)
    expect(statSync(socketFolder(instance)).mode & 0o777).toBe(0o700)
    expect(statSync(join(root, '.ashlar', '.gitignore')).isFile()).toBe(true)
  })

  test('the socket goes to the temporary folder where its path would be too long to bind', () => {
    const instance = instanceIn(project, { directory: 'a'.repeat(100) })
    prepare(instance)
    const folder = socketFolder(instance)
    expect(Buffer.byteLength(join(folder, '.s.PGSQL.5432'))).toBeLessThanOrEqual(103)
    expect(socketFolder(instance)).toBe(folder)
    rmSync(folder, { recursive: true })
  })

  test('a folder somebody else has put there is refused', () => {
    const instance = instanceIn(project, { directory: 'trap' })
    symlinkSync(tmpdir(), join(root, 'trap'))
    expect(() => prepare(instance)).toThrow('belongs to another user')
  })
})

describe.runIf(isRoot)('for a root process', () => {
  const NOBODY = 65_534

  test("what it makes in the project of another user is that user's", () => {
    const theirs = join(root, 'theirs')
    mkdirSync(theirs)
    chownSync(theirs, NOBODY, NOBODY)
    prepare(instanceIn({ root: theirs, name: 'theirs' }))
    for (const path of ['.ashlar', '.ashlar/.gitignore', '.ashlar/postgres'])
      expect(statSync(join(theirs, path)).uid).toBe(NOBODY)
  })

  test('a folder that cannot be written is told with what to do', () => {
    const closed = join(root, 'read-only')
    mkdirSync(closed)
    chmodSync(closed, 0o555)
    const program = `
      const { instanceIn, prepare } = await import(${JSON.stringify(import.meta.resolve('./instance.ts'))})
      prepare(instanceIn({ root: ${JSON.stringify(closed)}, name: 'closed' }))`
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      uid: NOBODY,
      gid: NOBODY,
      encoding: 'utf8',
    })
    expect(stderr).toContain(`The embedded database cannot write to ${join(closed, '.ashlar')} (EACCES).`)
  })

  test('the server runs as another user, who owns its folders', () => {
    const instance = instanceIn(project, { directory: 'as-other' })
    prepare(instance)
    expect(instance.owner?.uid).toBeGreaterThan(0)
    expect(statSync(instance.directory).uid).toBe(instance.owner?.uid)
  })

  test('a project the server may not enter keeps its data outside', () => {
    const closed = join(root, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    const instance = instanceIn({ root: closed, name: 'closed' })
    expect(instance.directory).toMatch(/^\/var\/lib\/ashlar\/[0-9a-f]{16}$/)
    expect(canReach(join(closed, 'file'), instance.owner!)).toBe(false)
  })
})
