import type { FullLine } from '../logs/request-log.ts'
import { errorLines } from './error-text.ts'
import type { RequestTree, TreeStep } from './request-tree.ts'
import { shortStatement } from './short-statement.ts'
import { duration, plain, styled } from './terminal-text.ts'

/** Steps of one parent that are shown one by one. */
const MOST_SHOWN = 25
/** A dependency that takes less has done nothing that anybody waits for. */
const QUICK_MS = 0.5
const FEWEST_QUICK = 3

/** A request as a person reads it: what was asked and how it ended, and below that what it did. */
export function requestText(line: FullLine, tree: RequestTree | undefined, slow: boolean): string {
  const { err } = line
  const below = [
    ...(tree === undefined ? [] : branches(tree.root.steps)),
    ...(err === undefined ? [] : errorLines(err).map((text) => styled('red', `    ${text}`))),
  ]
  return `${[headOf(line, slow), ...below].join('\n')}\n`
}

function headOf(line: FullLine, slow: boolean): string {
  const { method, path, status, durationMs, operation, userId, statements, statementsMs = 0, error } = line
  const notes = [
    operation,
    userId === undefined ? undefined : `user ${userId}`,
    statements === undefined
      ? undefined
      : `${statements} ${statements === 1 ? 'statement' : 'statements'} ${duration(statementsMs)}`,
    error,
  ].filter((note) => note !== undefined)
  return [
    styled('bold', plain(method)),
    plain(path),
    styled(styleOf(status), String(status)),
    slow ? styled('yellow', `${duration(durationMs)} slow`) : duration(durationMs),
    // Ids are texts of somebody else: one line stays one.
    styled('dim', plain(notes.join(' · ')).replaceAll(/[\n\t]/g, ' ')),
  ]
    .filter((part) => part !== '')
    .join(' ')
}

const CLIENT_ERROR = 400
const SERVER_ERROR = 500

function styleOf(status: number): 'green' | 'yellow' | 'red' {
  if (status >= SERVER_ERROR) return 'red'
  return status >= CLIENT_ERROR ? 'yellow' : 'green'
}

/** Steps that are the same and have none below them, such as a statement run once per row, as one. */
interface Branch {
  readonly step: TreeStep
  times: number
  tookMs: number
}

function branches(steps: readonly TreeStep[], indent = '  '): string[] {
  const found = withoutQuick(together(steps))
  const shown = found.slice(0, MOST_SHOWN)
  const left = found.length - shown.length
  return [
    ...shown.flatMap((branch, index) => {
      const isLast = index === shown.length - 1 && left === 0
      const text = `${indent}${isLast ? '└─' : '├─'} ${branchText(branch)}`
      return [text, ...branches(branch.step.steps, `${indent}${isLast ? '   ' : '│  '}`)]
    }),
    ...(left === 0 ? [] : [`${indent}└─ … ${left} more`]),
  ]
}

/** Dependencies that are ready at once, many in a row, as one: they say nothing of where the time went. */
function withoutQuick(found: readonly Branch[]): readonly Branch[] {
  const quick = new Set(found.filter(isQuick))
  if (quick.size < FEWEST_QUICK) return found
  const took = [...quick].reduce((sum, { tookMs }) => sum + tookMs, 0)
  const step: TreeStep = {
    ...[...quick][0]!.step,
    kind: 'request',
    name: `${quick.size} dependencies`,
    fields: undefined,
  }
  const [first] = quick
  return found.flatMap((branch) => {
    if (branch === first) return [{ step, times: 1, tookMs: took }]
    return quick.has(branch) ? [] : [branch]
  })
}

function isQuick({ step, tookMs }: Branch): boolean {
  return (
    step.kind === 'dependency' &&
    step.steps.length === 0 &&
    !step.failed &&
    step.tookMs !== undefined &&
    tookMs < QUICK_MS
  )
}

function together(steps: readonly TreeStep[]): Branch[] {
  const found = new Map<unknown, Branch>()
  for (const step of steps) {
    // One with steps of its own stands for itself.
    const key = step.steps.length > 0 ? step : JSON.stringify([step.kind, step.name, step.fields])
    const same = found.get(key)
    if (same === undefined) found.set(key, { step, times: 1, tookMs: step.tookMs ?? 0 })
    else {
      same.times += 1
      same.tookMs += step.tookMs ?? 0
    }
  }
  return [...found.values()]
}

function branchText({ step, times, tookMs }: Branch): string {
  const took = step.beganAt === undefined ? '' : step.tookMs === undefined ? 'not ended' : duration(tookMs)
  return [
    textOf(step),
    times > 1 ? styled('yellow', `×${times}`) : '',
    styled('dim', took),
    step.failed ? styled('red', 'failed') : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

function textOf({ kind, name, fields }: TreeStep): string {
  if (kind === 'outbound') return plain(outboundText(name, fields))
  const more = Object.entries(fields ?? {}).map(([key, value]) => `${key}=${value}`)
  return plain([nameOf(kind, name), ...more].join(' '))
}

/** A call to others by what a person looks for: what was asked of whom, and the status. */
function outboundText(name: string, fields: TreeStep['fields'] = {}): string {
  const { 'http.request.method': method, 'url.full': url, 'http.response.status_code': status } = fields
  return ['outbound', ...(url === undefined ? [name] : [method, url]), status]
    .filter((part) => part !== undefined)
    .join(' ')
}

function nameOf(kind: TreeStep['kind'], name: string): string {
  if (kind === 'statement') return shortStatement(name)
  return kind === 'request' ? name : `${kind} ${name}`
}
