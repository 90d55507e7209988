// The `@example` blocks of the public exports, as modules that can be checked and run. CONTRIBUTING.md has the conventions.
import { readFileSync } from 'node:fs'
import type { PublicExport } from './public-surface.ts'

/** An `@example` block. */
export interface Example {
  /** Of the top-level declaration it documents, or whose member it does. */
  readonly name: string
  readonly file: string
  /** Of its first line of code, from 1. */
  readonly line: number
  readonly code: string
}

/** Where a name that examples use comes from. */
export interface Source {
  readonly from: string
  readonly name: string
  readonly typeOnly: boolean
}

const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(?:async )?(?:const|function\*?|class|interface|type) ([\w$]+)/gm

/** Reads the examples out of a source file. */
export function examplesOf(file: string, text = readFileSync(file, 'utf8')): Example[] {
  const declarations = [...text.matchAll(DECLARATION)].map(({ index, 1: name = '' }) => ({ index, name }))
  return [...text.matchAll(/^( *)\/\*\*[\s\S]*?\*\//gm)].flatMap(({ 0: comment, 1: indent, index }) => {
    // A comment that is indented is a member's, of the declaration it stands in.
    const documented =
      indent === ''
        ? declarations.find((each) => each.index > index)
        : declarations.findLast((each) => each.index < index)
    const firstLine = text.slice(0, index).split('\n').length
    return [...blocksOf(comment)].map(({ offset, code }) => ({
      name: documented?.name ?? '',
      file,
      line: firstLine + offset,
      code,
    }))
  })
}

function* blocksOf(comment: string): Generator<{ readonly offset: number; readonly code: string }> {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*(\*\/|\* ?)/, ''))
  for (const [index, line] of lines.entries()) {
    if (line !== '@example') continue
    const offset = index + 1
    const length = lines.slice(offset).findIndex((each, at, all) => /^@\w/.test(each) || at === all.length - 1)
    yield { offset, code: lines.slice(offset, offset + length).join('\n') }
  }
}

/** Where the first of several entry points that export a name is taken. */
export function sourcesOf(exported: readonly PublicExport[]): Map<string, Source> {
  return new Map(
    exported.map(({ name, from, typeOnly }): [string, Source] => [name, { name, from, typeOnly }]).toReversed(),
  )
}

const COMPARISON = /^(?<value>\S.*?)\s*\/\/ => (?<expected>.+)$/gm

/** Whether an example says what comes of a line, `expression // => value`, and is run. */
export function isRun({ code }: Pick<Example, 'code'>): boolean {
  return code.search(COMPARISON) !== -1
}

/** The example as a module: its imports in the first line, each line of its own where it stands in the source. */
export function moduleOf({ code, line }: Example, sources: ReadonlyMap<string, Source>): string {
  const imports = namesUsedIn(code).flatMap((name) => {
    const source = sources.get(name)
    return source === undefined ? [] : [`import { ${source.typeOnly ? 'type ' : ''}${name} } from '${source.from}'`]
  })
  const checked = code.replaceAll(COMPARISON, 'deepStrictEqual($<value>, $<expected>)')
  if (checked !== code) imports.push("import { deepStrictEqual } from 'node:assert'")
  return `${[...imports, 'export {}'].join('; ')}${'\n'.repeat(line - 1)}${checked}\n`
}

/** The names an example takes from elsewhere, and some that only look so: keywords, names of parameters. */
export function namesUsedIn(code: string): string[] {
  const plain = code
    .replaceAll(/'(?:[^'\\]|\\.)*'/g, "''")
    .replaceAll(/\/\/.*/g, '')
    .replaceAll(/(?<=[{,]\s*)[\w$]+:/g, '')
  const declared = declaredIn(plain)
  const used = new Set([...plain.matchAll(/(?<![\w$]|(?<!\.\.)\.)[A-Za-z_$][\w$]*/g)].map(([name]) => name))
  return [...used].filter((name) => !declared.has(name))
}

function declaredIn(code: string): Set<string> {
  const declarations = code.matchAll(
    /^(?:export |await )*(?:const|let|using|function\*?|async function\*?|class|interface|type|import(?: type)?) ([\w$]+|[[{][^\]}=]*[\]}])/gm,
  )
  return new Set([...declarations].flatMap(([, names = '']) => names.match(/[\w$]+/g) ?? []))
}
