import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CREATE_TABLES } from './rls.fixture.ts'

/** A folder of migrations that is written once everything is declared. */
export function migrationsFolder(): {
  readonly folder: string
  write(statements: readonly string[]): void
  remove(): void
} {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-rls-'))
  return {
    folder,
    write: (statements) =>
      writeFileSync(join(folder, '0001_init.sql'), `${CREATE_TABLES}\n${statements.join(';\n')};\n`),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
