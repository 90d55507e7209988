// `npm test`: everything, with nothing but Node and the npm registry. The last line is `N passed, N failed`.
import { packageStep } from './pack-test.ts'
import { filesUsingServers, SERVER_VARIABLES } from './server-tests.ts'
import { commandStep, runSteps, type Step } from './step.ts'
import { vitestStep } from './vitest-step.ts'

/** Without them a run means the same on every machine. */
const WITHOUT_SERVERS = Object.fromEntries(SERVER_VARIABLES.map((name) => [name, undefined]))

const given = SERVER_VARIABLES.filter((name) => process.env[name] !== undefined && process.env[name] !== '')
const missing = SERVER_VARIABLES.filter((name) => !given.includes(name))

const reading: Step[] = [
  commandStep('lint', ['oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives', '.']),
  commandStep('format', ['prettier', '--check', '--log-level', 'warn', '.']),
  commandStep('types', ['tsc', '--noEmit']),
]
/** They look at how long things take, or at how busy the process is: nothing else runs beside them. */
const QUIET = ['test/guarantees/GH10.no-hang.test.ts', 'test/guarantees/GH13.timeouts.test.ts']
/** Most tests wait for a database or another process most of the time. */
const WORKERS = 2

const running: Step[] = [
  vitestStep('tests on the embedded database', { env: WITHOUT_SERVERS, without: QUIET, workers: WORKERS }),
  vitestStep('tests that need quiet', { env: WITHOUT_SERVERS, files: QUIET }),
  ...(given.length === 0
    ? []
    : [
        vitestStep(`tests on the servers of ${given.join(' and ')}`, {
          files: filesUsingServers().filter((file) => !QUIET.includes(file)),
          workers: WORKERS,
        }),
      ]),
]

// Before the lint, which looks imports up and would find the folder half made.
const built = await runSteps([commandStep('build', ['npm', 'run', 'build'])])
// The package is mostly waited for, and the checks that only read do not mind a neighbour. The tests themselves have the machine to themselves.
const checked = await Promise.all([runSteps(reading), runSteps([packageStep()])])
const results = [...built, ...checked.flat(), ...(await runSteps(running))]

if (missing.length > 0) console.log(`Skipped: tests on real servers, since ${missing.join(' and ')} is not set.`)
const count = (key: 'passed' | 'failed'): number => results.reduce((sum, result) => sum + result[key], 0)
process.exitCode = count('failed') === 0 ? 0 : 1
console.log(`${count('passed')} passed, ${count('failed')} failed`)
