import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from 'ashlar/http'
import { publicExports } from '../scripts/public-surface.ts'
import { examplesOf, isRun, moduleOf, namesUsedIn, sourcesOf } from '../scripts/tsdoc-examples.ts'

/** In the repository, so that `ashlar` is this package; where nothing is committed. */
const folder = '.ashlar/tsdoc-examples'
const PRESUPPOSED = 'test/tsdoc-examples.fixture.ts'

/** Of other packages, what examples use without a word. */
const FOREIGN = [
  { name: 'z', from: 'zod', typeOnly: false },
  { name: 'eq', from: 'drizzle-orm', typeOnly: false },
  { name: 'expect', from: 'vitest', typeOnly: false },
  { name: 'pgTable', from: 'drizzle-orm/pg-core', typeOnly: false },
  { name: 'varchar', from: 'drizzle-orm/pg-core', typeOnly: false },
  { name: 'uuid', from: 'drizzle-orm/pg-core', typeOnly: false },
]

const exported = publicExports()
const isPublic = (name: string, file: string): boolean =>
  exported.some((each) => each.declaredAs === name && each.file === file)
const presupposed = [
  ...readFileSync(PRESUPPOSED, 'utf8').matchAll(
    /^export (?:declare )?(?:const|function|class|(type|interface)) (\w+)/gm,
  ),
].map(([, type, name = '']) => ({ name, from: resolve(PRESUPPOSED), typeOnly: type !== undefined }))
const sources = new Map([
  ...[...presupposed, ...FOREIGN].map((source) => [source.name, source] as const),
  ...sourcesOf(exported),
])

const examples = globSync('src/**/*.ts')
  .filter((file) => !/\.test(-d)?\.ts$|\.fixture\.ts$|\/test\//.test(file))
  .toSorted()
  .flatMap((file) => examplesOf(file))
const modules = examples.map((example) => ({
  ...example,
  path: join(folder, `${example.file.replace(/\.ts$/, '')}-${example.line}.ts`),
  run: isRun(example),
}))

/** The compiler's complaints by file. */
const complaints = new Map<string, string[]>()

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true })
  for (const example of modules) {
    mkdirSync(dirname(example.path), { recursive: true })
    writeFileSync(example.path, moduleOf(example, sources))
  }
  const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['**/*.ts'], exclude: [] }),
  )
  const { stdout } = spawnSync('node_modules/.bin/tsc', ['-p', folder], { encoding: 'utf8' })
  let path = ''
  for (const line of stdout.split('\n').filter((text) => text !== '')) {
    path = /^(\S+?)\(\d+,\d+\)/.exec(line)?.[1] ?? path
    complaints.set(path, [...(complaints.get(path) ?? []), line])
  }
})

test.each(modules)('the example of $name ($file:$line) type-checks', ({ path }) => {
  expect(complaints.get(path) ?? []).toEqual([])
})

test.each(modules.filter(({ run }) => run))(
  'the example of $name ($file:$line) gives what it says',
  async ({ path }) => {
    await import(/* @vite-ignore */ resolve(path))
  },
)

test('nothing outside of the examples is wrong', () => {
  expect([...complaints.keys()].filter((path) => !modules.some((example) => example.path === path))).toEqual([])
})

test('what has an example is public', () => {
  const inner = examples.filter(({ name, file }) => !isPublic(name, file))
  expect(inner.map(({ name, file, line }) => `${name} in ${file}:${line}`)).toEqual([])
})

/** The catalogues, whose classes are thrown as `defineError` shows; and what only the app itself calls. */
const WITHOUT_EXAMPLES = [
  'src/core/errors/catalogue.ts',
  'src/data/errors.ts',
  'src/data/idempotency/errors.ts',
  'src/data/query/errors.ts',
]

test('every public function, class and constant has an example', () => {
  const bare = exported
    .filter(({ typeOnly, file }) => !typeOnly && !WITHOUT_EXAMPLES.includes(file))
    .filter(({ declaredAs, file }) => !examples.some((each) => each.name === declaredAs && each.file === file))
  expect(bare.map(({ name, from }) => `${name} of ${from}`)).toEqual([])
})

test('nothing is presupposed that no example uses', () => {
  const used = new Set(examples.flatMap(({ code }) => namesUsedIn(code)))
  expect(presupposed.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([])
})

test('the defaults that the limits state are those they have', () => {
  const stated = readFileSync('src/http/edge/limits.ts', 'utf8').matchAll(
    /\/\*\* .*Default ([\d,]+).*\n  readonly (\w+): number/g,
  )
  const defaults = [...stated].map(([, value = '', name = '']) => [name, Number(value.replaceAll(',', ''))])
  expect(Object.fromEntries(defaults)).toEqual(DEFAULT_LIMITS)
})

describe('an example', () => {
  const source = ['/**', ' * Adds.', ' * @example', ' * sum(1, ...numbers)   // => 3', ' * @throws never', ' */']
  const text = [...source, 'export function sum() {}', ''].join('\n')

  test('is the lines up to the next tag, of what the comment stands on', () => {
    expect(examplesOf('sum.ts', text)).toEqual([
      { name: 'sum', file: 'sum.ts', line: 4, code: 'sum(1, ...numbers)   // => 3' },
    ])
  })

  test('of a member belongs to the declaration around it', () => {
    const member = ['export interface Sum {', '  /**', '   * @example', '   * sum.of(1)', '   */', '  of(): void', '}']
    expect(examplesOf('sum.ts', member.join('\n'))).toEqual([
      { name: 'Sum', file: 'sum.ts', line: 4, code: 'sum.of(1)' },
    ])
  })

  test('imports what it names, and compares what it says', () => {
    const from = { name: 'sum', from: 'ashlar', typeOnly: false }
    expect(moduleOf(examplesOf('sum.ts', text)[0]!, new Map([['sum', from]]))).toBe(
      "import { sum } from 'ashlar'; import { deepStrictEqual } from 'node:assert'; export {}\n\n\ndeepStrictEqual(sum(1, ...numbers), 3)\n",
    )
  })

  test('takes nothing from elsewhere that it declares itself', () => {
    const code = "export const { a, b } = make(c.d, 'e') // f\nawait using t = a"
    expect(namesUsedIn(code)).toEqual(['export', 'const', 'make', 'c', 'await', 'using'])
  })
})
