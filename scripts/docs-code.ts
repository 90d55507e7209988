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

export interface DocumentCode {
  readonly document: string
  readonly files: readonly DocumentFile[]
  readonly quoted: readonly QuotedFile[]
}

interface Fence {
  readonly info: string
  /** Of the first line of code, from 0. */
  readonly start: number
  readonly lines: readonly string[]
}

interface Draft {
  path: string
  readonly start: number
  readonly lines: string[]
  run: boolean
  output: string | undefined
}

/** Reads the code out of a document. */
export function codeOf(document: string, text = readFileSync(document, 'utf8')): DocumentCode {
  const lines = text.split('\n')
  const drafts: Draft[] = []
  const quoted: QuotedFile[] = []
  for (const fence of fencesOf(lines)) {
    const [language, ...flags] = fence.info.split(/\s+/)
    if (language === 'text' && flags.includes('output')) showOutput(document, fence, drafts.at(-1))
    if (language !== 'ts') continue
    const named = /^\/\/ (\S+\.ts)$/.exec(fence.lines[0] ?? '')?.[1]
    if (named !== undefined && existsSync(named)) {
      quoted.push({ path: named, line: fence.start + 1, text: `${fence.lines.slice(1).join('\n').trim()}\n` })
    } else if (flags.includes('continues')) {
      continueDraft(document, fence, { draft: drafts.at(-1), run: flags.includes('run') })
    } else {
      const path = named ?? `block-${fence.start + 1}.ts`
      if (drafts.some((draft) => draft.path === path))
        throw new Error(`${document}:${fence.start + 1}: ${path} is shown twice`)
      drafts.push(draftOf(fence, { path, setup: setupBefore(lines, fence), run: flags.includes('run') }))
    }
  }
  const folder = basename(document, '.md').toLowerCase()
  const files = drafts.map(({ path, start, lines: own, run, output }) => ({
    path: `${document.includes('/') ? `${document.split('/').slice(0, -1).join('-')}-` : ''}${folder}/${path}`,
    text: `${own.join('\n')}\n`,
    line: start + 1,
    run,
    output,
  }))
  return { document, files, quoted }
}

function draftOf(
  { start, lines }: Fence,
  { path, setup, run }: { readonly path: string; readonly setup: Fence | undefined; readonly run: boolean },
): Draft {
  const own: string[] = []
  if (setup !== undefined) putAt(own, setup)
  putAt(own, { start, lines })
  return { path, start, lines: own, run, output: undefined }
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
  return { info: 'ts', start: begin + 1, lines: lines.slice(begin + 1, end) }
}

function* fencesOf(lines: readonly string[]): Generator<Fence> {
  for (let index = 0; index < lines.length; index++) {
    const opening = /^```(\S.*)?$/.exec(lines[index]!)
    if (opening === null) continue
    const start = index + 1
    do index += 1
    while (index < lines.length && lines[index] !== '```')
    yield { info: opening[1] ?? '', start, lines: lines.slice(start, index) }
  }
}
