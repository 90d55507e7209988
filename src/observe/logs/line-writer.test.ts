import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

const module = JSON.stringify(new URL('line-writer.ts', import.meta.url).href)

async function output(program: string): Promise<{ text: string; code: number | null }> {
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { LineWriter } from ${module}\nconst log = new LineWriter(1)\n${program}`,
  ])
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  const [code] = (await once(child, 'close')) as [number | null]
  return { text, code }
}

test.each([
  ['ends', '', 0],
  ['exits at once', 'process.exit(3)', 3],
  ['ends of an exception that nobody catches', "throw new Error('a bug')", 1],
  ['ends of a promise that nobody catches', "await Promise.reject(new Error('a bug'))", 1],
  [
    'handles the signal that ends it',
    "process.on('SIGTERM', () => process.exit(0)); process.kill(process.pid, 'SIGTERM'); setInterval(() => log.write(''), 1)",
    0,
  ],
])('no line is lost where the process %s', async (_, ending, code) => {
  const result = await output(`for (let i = 0; i < 5000; i++) log.write('line ' + i + ' é\\n')\n${ending}`)
  expect(result.code).toBe(code)
  expect(result.text.split('\n')).toHaveLength(5001)
  expect(result.text.endsWith('line 4999 é\n')).toBe(true)
})

test('lines larger than what a pipe takes at once arrive whole, and in order', async () => {
  const { text } = await output("for (let i = 0; i < 40; i++) log.write(String(i).padEnd(100_000, 'x') + '\\n')")
  expect(text.split('\n').map((line) => line.slice(0, 2).replace('x', ''))).toEqual([
    ...Array.from({ length: 40 }, (_, i) => String(i)),
    '',
  ])
})

test('a reader that has gone ends nothing', async () => {
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { LineWriter } from ${module}
const log = new LineWriter(1)
process.stdin.once('data', () => {
  log.write('nobody reads this\\n')
  setImmediate(() => { log.write('nor this\\n'); setImmediate(() => process.exit(7)) })
})`,
  ])
  child.stdout.destroy()
  await once(child.stdout, 'close')
  child.stdin.write('go')
  expect(await once(child, 'close')).toEqual([7, null])
})
