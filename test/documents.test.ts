import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as accounts from '../src/auth/core/errors.ts'
import * as providers from '../src/auth/providers/errors.ts'
import { program } from '../src/cli/program.ts'
import * as data from '../src/data/index.ts'
import * as catalogue from '../src/core/errors/catalogue.ts'
import type { ErrorClass } from '../src/core/errors/index.ts'
import * as edge from '../src/http/edge/errors.ts'
import { DEFAULT_LIMITS } from '../src/http/edge/limits.ts'

const read = (path: string): string => readFileSync(path, 'utf8')

/** The cells of the tables' rows that begin with a code span, without the quotes around it. */
const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

const unquoted = (cell = ''): string => cell.replaceAll('`', '')

describe('the errors', () => {
  const isClass = (value: unknown): value is ErrorClass => typeof value === 'function' && 'dataSchema' in value
  const classes = [catalogue, data, edge, accounts, providers].flatMap((module) =>
    Object.values(module).filter(isClass),
  )
  // One that only adds to another of the same code says nothing new.
  const byCode = new Map(classes.toReversed().map((error) => [error.code, error]))

  test('in docs/errors.md are those of the code, in both directions', () => {
    const documented = rowsOf(read('docs/errors.md')).map(([code, status, title, fix]) => [
      unquoted(code),
      Number(status),
      title,
      fix,
    ])
    const inCode = [...byCode.values()].map(({ code, status, title, fix }) => [code, status, title, fix ?? ''])
    const sorted = (rows: readonly unknown[][]) => rows.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))
    expect(sorted(documented)).toEqual(sorted(inCode))
  })
})

test('docs/cli.md has every command and every option', () => {
  const text = read('docs/cli.md')
  const { commands } = program('0.0.0', () => {})
  const names = commands.flatMap((command) => [
    `\`ashlar ${command.name()} `,
    ...command.options.map(({ long }) => `${long}`),
  ])
  expect(names.filter((name) => !text.includes(name))).toEqual([])
})

describe('SECURITY.md', () => {
  const text = read('SECURITY.md')

  test('lists every limit with its default', () => {
    const documented = rowsOf(text)
      .filter(([name]) => /^`[a-z][A-Za-z]+`$/.test(name ?? ''))
      .map(([name, value]) => [unquoted(name), Number(value?.replaceAll(',', ''))])
    expect(Object.fromEntries(documented)).toEqual(DEFAULT_LIMITS)
  })

  test('leads from every guarantee to the tests that show it, and names every such test', () => {
    const named = [...text.matchAll(/\(((?:test|src)\/[^)]+)\)/g)].map(([, path = '']) => path)
    expect(named.filter((path) => !existsSync(path))).toEqual([])
    expect(globSync('test/guarantees/G*.test.ts').filter((path) => !named.includes(path))).toEqual([])
  })
})

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md')
  const manifest = JSON.parse(read('package.json')) as Record<string, Readonly<Record<string, string>>>

  test('says why each dependency is there', () => {
    const names = [...Object.keys(manifest['dependencies']!), ...Object.keys(manifest['peerDependencies']!)]
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })

  test('has every folder of src on its map', () => {
    const folders = globSync('src/*/').map((path) => path.replace(/\/$/, '').slice('src/'.length))
    expect(folders.filter((name) => !text.includes(`  ${name}/`))).toEqual([])
  })
})

describe('links', () => {
  const documents = globSync(['*.md', 'docs/**/*.md', 'bench/*.md', 'examples/*/README.md'])

  test.each(documents)('of %s lead to files and headings that are there', (document) => {
    const broken = linksOf(read(document)).filter((link) => !leadsSomewhere(document, link))
    expect(broken).toEqual([])
  })
})

function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '')
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.filter((link) => !/^[a-z]+:/.test(link))
}

function leadsSomewhere(document: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? document : join(dirname(document), path)
  if (!existsSync(target)) return false
  return anchor === undefined || anchorsOf(read(target)).includes(anchor)
}

/** As GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
