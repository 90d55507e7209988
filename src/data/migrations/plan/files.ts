import { STAGES, type Stage, type Step } from './step.ts'

/** A file that is to be written. */
export interface PlannedFile {
  readonly name: string
  readonly sql: string
  readonly transactional: boolean
}

/** What people who open the file should know. */
const NOTES: Readonly<Record<Stage, string>> = {
  values: 'New values can be used only after the transaction that adds them, so they have a file of their own.',
  main: '',
  index: 'Without a transaction and CONCURRENTLY: reads and writes go on while the index is built.',
  attach: 'Takes over the indexes that were built before. Each statement needs its lock for a moment only.',
  backfill: 'Values for the rows that are there. On a table of millions of rows do this in batches instead.',
  validate: 'Reads whole tables, and reads and writes go on.',
  drop: 'Without a transaction and CONCURRENTLY: reads and writes go on.',
}

const SUFFIX: Readonly<Record<Stage, string>> = {
  values: 'values',
  main: '',
  index: 'index',
  attach: 'attach',
  backfill: 'backfill',
  validate: 'validate',
  drop: 'drop',
}

/**
 * A statement that waits for a lock makes all wait that come after it. So it gives up soon, and the file is tried again: see `retry-locks.ts`.
 */
const LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s';"

/** The files of a migration, numbered from `first` on. */
export function filesOf(steps: readonly Step[], first: number, name: string): readonly PlannedFile[] {
  const groups = STAGES.flatMap((stage) =>
    groupsOf(
      stage,
      steps.filter((step) => step.stage === stage),
    ),
  )
  return groups.map(({ stage, statements }, index) => {
    const suffix = groups.length === 1 || stage === 'main' ? '' : `_${label(statements[0]!, stage)}`
    const transactional = !isAlone(stage)
    const head = [
      ...(transactional ? [] : ['-- ashlar: no-transaction']),
      ...(NOTES[stage] === '' ? [] : [`-- ${NOTES[stage]}`]),
    ]
    const careful = transactional && statements.some(({ waits }) => waits === true)
    const body = [...(careful ? [LOCK_TIMEOUT] : []), ...statements.map(({ sql }) => `${sql};`)].join('\n\n')
    return {
      name: `${String(first + index).padStart(4, '0')}_${name}${suffix}.sql`,
      sql: `${[...head, ...(head.length === 0 ? [] : ['']), body].join('\n')}\n`,
      transactional,
    }
  })
}

interface Group {
  readonly stage: Stage
  readonly statements: readonly Step[]
}

const isAlone = (stage: Stage): boolean => stage === 'index' || stage === 'drop'

/** Without a transaction each statement needs a file of its own: a failure in the middle leaves nothing half done. */
function groupsOf(stage: Stage, steps: readonly Step[]): readonly Group[] {
  if (steps.length === 0) return []
  return isAlone(stage) ? steps.map((step) => ({ stage, statements: [step] })) : [{ stage, statements: steps }]
}

const MAX_LABEL = 60

function label(step: Step, stage: Stage): string {
  return (step.label ?? SUFFIX[stage])
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
    .slice(0, MAX_LABEL)
}
