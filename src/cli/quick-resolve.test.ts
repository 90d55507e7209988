import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

/** What a new process prints for a module that imports Drizzle and prints. */
function run(code: string): string {
  const hook = `import { resolveQuickly } from ${JSON.stringify(new URL('quick-resolve.ts', import.meta.url).href)}; resolveQuickly();`
  return execFileSync(process.execPath, ['--input-type=module', '-e', hook + code], { encoding: 'utf8' }).trim()
}

test('Drizzle is one copy, whether its files were found quickly or by Node', () => {
  const code = `
    const { eq, sql } = await import('drizzle-orm')
    const { pgTable, integer, PgDialect } = await import('drizzle-orm/pg-core')
    const t = pgTable('t', { id: integer() })
    console.log(new PgDialect().sqlToQuery(sql\`select \${eq(t.id, 1)}\`).sql)`
  expect(run(code)).toBe('select "t"."id" = $1')
})

test('the imports of other packages stay as they are', () => {
  expect(run(`await import('pg'); await import('zod'); console.log('ok')`)).toBe('ok')
})

test('which Drizzle a name leads to depends on the folder that asks for it, and on how', () => {
  const root = mkdtempSync(join(tmpdir(), 'ashlar-quick-'))
  try {
    for (const name of ['first', 'second']) {
      const drizzle = join(root, name, 'node_modules', 'drizzle-orm')
      mkdirSync(drizzle, { recursive: true })
      const exports = { '.': { import: './index.js', require: './index.cjs' } }
      writeFileSync(join(drizzle, 'package.json'), JSON.stringify({ name: 'drizzle-orm', type: 'module', exports }))
      writeFileSync(join(drizzle, 'index.js'), `export const copy = '${name}'`)
      writeFileSync(join(drizzle, 'index.cjs'), `exports.copy = '${name}, required'`)
      writeFileSync(
        join(root, name, 'asks.mjs'),
        `import { createRequire } from 'node:module'
        import { copy } from 'drizzle-orm'
        console.log(copy, '|', createRequire(import.meta.url)('drizzle-orm').copy)`,
      )
    }
    const asks = ['first', 'second'].map((name) => pathToFileURL(join(root, name, 'asks.mjs')).href)
    const printed = run(asks.map((url) => `await import(${JSON.stringify(url)})`).join(';'))
    expect(printed.split('\n')).toEqual(['first | first, required', 'second | second, required'])
  } finally {
    rmSync(root, { recursive: true })
  }
})
