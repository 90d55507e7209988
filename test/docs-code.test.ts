import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { codeOf, type DocumentFile } from '../scripts/docs-code.ts'

const documents = globSync(['*.md', 'docs/**/*.md']).toSorted()
/** In the repository, so that `ashlar` is this package; where nothing is committed. */
const folder = '.ashlar/docs-code'
const code = documents.map((document) => codeOf(document))
const files = code.flatMap(({ document, files: own }) => own.map((file) => ({ ...file, document })))
const assets = code.flatMap((each) => each.assets)
const quoted = code.flatMap(({ document, quoted: own }) => own.map((file) => ({ ...file, document })))

/** The compiler's complaints by file. */
const complaints = new Map<string, string[]>()

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  for (const file of [...files, ...assets]) write(file)
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['**/*.ts'], exclude: [] }),
  )
  if (files.length === 0) return
  const { stdout } = spawnSync('node_modules/.bin/tsc', ['-p', folder], { encoding: 'utf8' })
  let path = ''
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    path = /^(\S+?)\(\d+,\d+\)/.exec(line)?.[1]?.replace(`${folder}/`, '') ?? path
    complaints.set(path, [...(complaints.get(path) ?? []), line])
  }
})

function write({ path, text }: Pick<DocumentFile, 'path' | 'text'>): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

test.each(files)('$document:$line type-checks', ({ path }) => {
  expect(complaints.get(path) ?? []).toEqual([])
})

test.each(files.filter(({ run }) => run))('$document:$line runs', ({ path, output }) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=ashlar-source', join(folder, path)], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  if (output !== undefined) expect(stdout).toBe(output)
})

test.each(quoted)('$document:$line is $path', ({ path, text }) => {
  expect(text).toBe(readFileSync(path, 'utf8'))
})

test('nothing outside of the documents is wrong', () => {
  expect([...complaints.keys()].filter((path) => !files.some((file) => file.path === path))).toEqual([])
})

describe('the code of a document', () => {
  const of = (...lines: string[]): ReturnType<typeof codeOf> => codeOf('docs/guide.md', lines.join('\n'))

  test('is a file per block, with every line where it stands', () => {
    const { files: found } = of('# Guide', '', '```ts', 'const a = 1', '```', '```sh', 'npm test', '```')
    expect(found).toEqual([
      { path: 'docs-guide/block-4.ts', text: '\n\n\nconst a = 1\n', line: 4, run: false, output: undefined },
    ])
  })

  test('has the name that its first line gives it, for blocks that import it', () => {
    expect(of('```ts', '// src/app.ts', 'export {}', '```').files[0]?.path).toBe('docs-guide/src/app.ts')
    expect(() => of('```ts', '// a.ts', '```', '```ts', '// a.ts', '```')).toThrow(
      'docs/guide.md:5: a.ts is shown twice',
    )
  })

  test('goes on in a block that says so, and takes setup from a comment', () => {
    const { files: found } = of(
      '<!-- setup',
      'let a = 0',
      '-->',
      '```ts',
      'a = 1',
      '```',
      'And',
      '```ts continues run',
      'a = 2',
      '```',
    )
    expect(found.map(({ text, run }) => ({ text, run }))).toEqual([
      { text: '\nlet a = 0\n\n\na = 1\n\n\n\na = 2\n', run: true },
    ])
    expect(() => of('```ts continues', '```')).toThrow('no block that this one continues')
  })

  test('may change a file in a later section, which goes on with all others as they were', () => {
    const before = [
      '```ts',
      '// a.ts',
      'const a = 1',
      '```',
      '```ts run',
      '// b.ts',
      '```',
      '```sql',
      '-- c.sql',
      '```',
    ]
    const after = ['## Later', '', '```ts', '// d.ts', '```', '```ts changed', '// a.ts', 'const a = 2', '```']
    const { files: found, assets: beside } = of(...before, ...after)
    expect(found.map(({ path, text: own, run }) => [path, own.trim(), run])).toEqual([
      ['docs-guide/a.ts', '// a.ts\nconst a = 1', false],
      ['docs-guide/b.ts', '// b.ts', true],
      ['docs-guide-2/a.ts', '// a.ts\nconst a = 2', false],
      ['docs-guide-2/b.ts', '// b.ts', false],
      ['docs-guide-2/d.ts', '// d.ts', false],
    ])
    expect(beside.map(({ path }) => path)).toEqual(['docs-guide/c.sql', 'docs-guide-2/c.sql'])
  })

  test('shows what it prints', () => {
    expect(of('```ts run', 'console.log(1)', '```', '```text output', '1', '```').files[0]?.output).toBe('1\n')
    expect(() => of('```ts', '```', '```text output', '```')).toThrow('the output of no block that is run')
  })

  test('that shows a file of the repository is that file', () => {
    const { quoted: found, files: made } = of('```ts', '// test/docs-code.test.ts', 'const a = 1', '```')
    expect(made).toEqual([])
    expect(found).toEqual([{ path: 'test/docs-code.test.ts', line: 2, text: 'const a = 1\n' }])
  })
})
