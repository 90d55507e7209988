import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('where code generation is forbidden Zod does all the work, with the same results', () => {
  const script = `
    import { z } from 'zod'
    import { compileInput, compileSerializer } from ${JSON.stringify(fileURLToPath(new URL('../index.ts', import.meta.url)))}
    const schema = z.object({ a: z.int(), at: z.date() })
    const issues = []
    const value = compileInput(schema, { source: 'json', in: 'body' })({ a: 1, at: '2026-01-31T12:00:00Z', extra: 1 }, issues)
    process.stdout.write(compileSerializer(schema)({ ...value, extra: 2 }))
  `
  const args = [
    '--disallow-code-generation-from-strings',
    '--conditions=ashlar-source',
    '--input-type=module-typescript',
    '--eval',
    script,
  ]
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
  })
  expect(stderr).toBe('')
  expect(stdout).toBe('{"a":1,"at":"2026-01-31T12:00:00.000Z"}')
})
