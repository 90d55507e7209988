import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('where code generation is forbidden rows become JSON without it', () => {
  const module = (name: string): string => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)))
  const script = `
    import { compileJson } from ${module('json-rows.ts')}
    import { JsonSink } from ${module('json-sink.ts')}
    import { ReceivedBytes } from ${module('received-bytes.ts')}
    import { ReceivedRows } from ${module('row-set.ts')}
    const frame = Buffer.from([0x44, 0, 0, 0, 16, 0, 2, 0, 0, 0, 2, 0x34, 0x32, 255, 255, 255, 255])
    const rows = new ReceivedRows()
    rows.add(new ReceivedBytes(frame), 0, frame.length)
    const sink = new JsonSink()
    const fields = [{ key: 'a', kind: 'number', index: 0 }, { key: 'b', kind: 'string', index: 1 }]
    compileJson({ fields })(rows, sink)
    process.stdout.write(sink.toText())
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
  expect(stdout).toBe('{"a":42,"b":null}')
})
