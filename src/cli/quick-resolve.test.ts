import { execFileSync } from 'node:child_process'
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
