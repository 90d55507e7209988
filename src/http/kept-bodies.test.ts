import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { createApp, mount, router, type AppDefinition } from 'ashlar'
import { anyone } from 'ashlar/access'
import type { Outcome } from '../core/middleware.ts'
import type { RequestHead } from '../core/request.ts'
import { Compression } from './compression.ts'
import { fileAnswer } from './files/file-answer.ts'
import { KeptBodies } from './kept-bodies.ts'

const folder = mkdtempSync(join(tmpdir(), 'ashlar-kept-'))
afterAll(() => rmSync(folder, { recursive: true }))

const request = {
  method: 'GET',
  header: (name: string) => (name === 'accept-encoding' ? 'br' : undefined),
} as RequestHead

function written(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const textOf = (outcome: Outcome): string => brotliDecompressSync(outcome.body as Uint8Array).toString()

test('a file is compressed once, until it is another', async () => {
  const compression = new Compression()
  const file = written('app.js', 'a'.repeat(5_000))
  const ask = async (): Promise<Outcome> => compression.encode(await fileAnswer(file, request), request)
  const [first, second] = [await ask(), await ask()]
  expect(second.body).toBe(first.body)
  expect(textOf(second)).toBe('a'.repeat(5_000))
  written('app.js', 'b'.repeat(6_000))
  expect(textOf(await ask())).toBe('b'.repeat(6_000))
})

test('what middleware puts in the place of a file is not taken for it', async () => {
  written('page.html', 'a'.repeat(5_000))
  let turn = 0
  const middleware: AppDefinition['middleware'] = [
    async (_, next) => {
      const outcome = await next()
      turn += 1
      const body = turn === 1 ? outcome.body : new Blob([`${turn}`.repeat(5_000)]).stream()
      return { ...outcome, body }
    },
  ]
  const mounts = [mount('/files', { access: anyone, files: folder })]
  const app = createApp({ title: 'T', version: '1', environment: 'test', api: router('', {}), mounts, middleware })
  const bodyOf = async (): Promise<string> => {
    const answer = await app.fetch(
      new Request('http://localhost/files/page.html', { headers: { 'accept-encoding': 'br' } }),
    )
    return brotliDecompressSync(Buffer.from(await answer.arrayBuffer())).toString()
  }
  expect(await bodyOf()).toBe('a'.repeat(5_000))
  expect(await bodyOf()).toBe('2'.repeat(5_000))
  expect(await bodyOf()).toBe('3'.repeat(5_000))
})

test('there is room for so many bytes; what was asked for longest ago goes first', () => {
  const kept = new KeptBodies(10)
  const four = new Uint8Array(4)
  kept.set('a', four)
  kept.set('b', four)
  kept.get('a')
  kept.set('c', four)
  expect(['a', 'b', 'c'].map((name) => kept.get(name) !== undefined)).toEqual([true, false, true])
  kept.set('large', new Uint8Array(11))
  expect(['a', 'c', 'large'].map((name) => kept.get(name))).toEqual([undefined, undefined, undefined])
  // Nothing of what went is counted any more.
  kept.set('a', four)
  kept.set('a', four)
  kept.set('b', four)
  expect(['a', 'b'].map((name) => kept.get(name) !== undefined)).toEqual([true, true])
})
