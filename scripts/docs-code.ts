// The code blocks of the documents, as files that can be checked and run. CONTRIBUTING.md has the conventions.
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** A TypeScript file made of the blocks of one document. */
export interface DocumentFile {
  /** Below a folder of its own for each document. */
  readonly path: string
  /** Every line stands where it stands in the document, so that a compiler's line is the document's. */
  readonly text: string
  /** Of the first block, from 1. */
  readonly line: number
  readonly run: boolean
  /** What running it must print, where the document shows it. */
  readonly output: string | undefined
}

/** A block that shows a file of the repository, and must be it. */
export interface QuotedFile {
  readonly path: string
  readonly line: number
  readonly text: string
}

/** A file that the document's code needs beside it: a migration. */
export interface DocumentAsset {
  readonly path: string
  readonly text: string
}

export interface DocumentCode {
  readonly document: string
  readonly assets: readonly DocumentAsset[]
  readonly files: readonly DocumentFile[]
  readonly quoted: readonly QuotedFile[]
}

interface Fence {
  readonly info: string
  /** Of the first line of code, from 0. */
  readonly start: number
  readonly lines: readonly string[]
  /** Of the `##` section it stands in, from 0. */
  readonly section: number
}

interface Draft {
  path: string
  readonly edition: number
  readonly start: number
  readonly lines: string[]
  run: boolean
  output: string | undefined
}

/** Reads the code out of a document. */
export function codeOf(document: string, text = readFileSync(document, 'utf8')): DocumentCode {
  const reading: Reading = { document, lines: text.split('\n'), drafts: [], quoted: [], sql: [] }
  const fences = [...fencesOf(reading.lines)]
  const changing = new Set(fences.filter(({ info }) => /^ts\b.*\bchanged\b/.test(info)).map(({ section }) => section))
  for (const fence of fences) readFence(reading, fence, [...changing].filter((each) => each <= fence.section).length)
  const editions = Array.from({ length: changing.size + 1 }, (_, edition) => edition)
  return {
    document,
    files: editions.flatMap((edition) => filesOf(reading, edition)),
    assets: editions.flatMap((edition) =>
      latest(reading.sql, edition).map(({ path, text: own }) => ({
        path: placeOf(document, edition, path),
        text: own,
      })),
    ),
    quoted: reading.quoted,
  }
}

interface Reading {
  readonly document: string
  readonly lines: readonly string[]
  readonly drafts: Draft[]
  readonly quoted: QuotedFile[]
  readonly sql: { readonly edition: number; readonly path: string; readonly text: string }[]
}

function readFence(reading: Reading, fence: Fence, edition: number): void {
  const [language, ...flags] = fence.info.split(/\s+/)
  if (language === 'sql') readSql(reading, fence, edition)
  if (language === 'text' && flags.includes('output')) showOutput(reading.document, fence, reading.drafts.at(-1))
  if (language === 'ts') readTypeScript(reading, fence, { edition, flags })
}

function readSql({ sql }: Reading, { lines }: Fence, edition: number): void {
  const path = /^-- (\S+\.sql)$/.exec(lines[0] ?? '')?.[1]
  if (path !== undefined) sql.push({ edition, path, text: `${lines.join('\n')}\n` })
}

function readTypeScript(
  { document, lines, drafts, quoted }: Reading,
  fence: Fence,
  { edition, flags }: { readonly edition: number; readonly flags: readonly string[] },
): void {
  const run = flags.includes('run')
  const named = /^\/\/ (\S+\.ts)$/.exec(fence.lines[0] ?? '')?.[1]
  if (named !== undefined && existsSync(named)) {
    quoted.push({ path: named, line: fence.start + 1, text: `${fence.lines.slice(1).join('\n').trim()}\n` })
  } else if (flags.includes('continues')) {
    continueDraft(document, fence, { draft: drafts.at(-1), run })
  } else {
    const path = named ?? `block-${fence.start + 1}.ts`
    const shown = drafts.findLast((draft) => draft.path === path)
    if (flags.includes('changed') ? shown?.edition === edition : shown !== undefined)
      throw new Error(`${document}:${fence.start + 1}: ${path} is shown twice`)
    drafts.push(draftOf(fence, { path, edition, setup: setupBefore(lines, fence), run }))
  }
}

function filesOf({ document, drafts }: Reading, edition: number): DocumentFile[] {
  return latest(drafts, edition).map(({ path, edition: own, start, lines, run, output }) => ({
    path: placeOf(document, edition, path),
    text: `${lines.join('\n')}\n`,
    line: start + 1,
    // What an edition only takes over has been run in its own.
    run: run && own === edition,
    output,
  }))
}

/** Each file as it stands in an edition; blocks without a name belong to theirs alone. */
function latest<File extends { readonly path: string; readonly edition: number }>(
  files: readonly File[],
  edition: number,
): File[] {
  const known = new Map<string, File>()
  for (const file of files) {
    if (file.edition === edition || (file.edition < edition && !/^block-\d+\.ts$/.test(file.path)))
      known.set(file.path, file)
  }
  return [...known.values()]
}

function placeOf(document: string, edition: number, path: string): string {
  const name = [...document.split('/').slice(0, -1), basename(document, '.md').toLowerCase()].join('-')
  return `${edition === 0 ? name : `${name}-${edition + 1}`}/${path}`
}

function draftOf(
  { start, lines }: Fence,
  { path, edition, setup, run }: Pick<Draft, 'path' | 'edition' | 'run'> & { readonly setup: Fence | undefined },
): Draft {
  const own: string[] = []
  if (setup !== undefined) putAt(own, setup)
  putAt(own, { start, lines })
  return { path, edition, start, lines: own, run, output: undefined }
}

function continueDraft(
  document: string,
  fence: Fence,
  { draft, run }: { readonly draft: Draft | undefined; readonly run: boolean },
): void {
  if (draft === undefined) throw new Error(`${document}:${fence.start + 1}: there is no block that this one continues`)
  putAt(draft.lines, fence)
  draft.run ||= run
}

function showOutput(document: string, fence: Fence, draft: Draft | undefined): void {
  if (draft?.run !== true) throw new Error(`${document}:${fence.start + 1}: this is the output of no block that is run`)
  draft.output = `${fence.lines.join('\n')}\n`
}

function putAt(target: string[], { start, lines }: Pick<Fence, 'start' | 'lines'>): void {
  while (target.length < start) target.push('')
  lines.forEach((line, index) => (target[start + index] = line))
}

/** A comment right above a block, `<!-- setup`: code it needs that readers do not. */
function setupBefore(lines: readonly string[], { start }: Fence): Fence | undefined {
  let end = start - 2
  while (end >= 0 && lines[end]?.trim() === '') end -= 1
  if (lines[end]?.trim() !== '-->') return undefined
  let begin = end - 1
  while (begin >= 0 && !lines[begin]!.startsWith('<!--')) begin -= 1
  if (lines[begin]?.trim() !== '<!-- setup') return undefined
  return { info: 'ts', start: begin + 1, lines: lines.slice(begin + 1, end), section: 0 }
}

function* fencesOf(lines: readonly string[]): Generator<Fence> {
  let section = 0
  for (let index = 0; index < lines.length; index++) {
    if (lines[index]!.startsWith('## ')) section += 1
    const opening = /^```(\S.*)?$/.exec(lines[index]!)
    if (opening === null) continue
    const start = index + 1
    do index += 1
    while (index < lines.length && lines[index] !== '```')
    yield { info: opening[1] ?? '', start, lines: lines.slice(start, index), section }
  }
}
