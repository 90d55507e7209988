import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What the process of the sample app says about itself when asked. */
export interface ProcessReport {
  readonly ran: readonly string[]
  /** Errors nobody caught, rejections included. */
  readonly uncaught: readonly string[]
  /** Delay of the event loop since the last `reset`, in milliseconds. */
  readonly delay: { readonly p99: number; readonly max: number }
}

export interface AppProcess {
  readonly child: ChildProcess
  readonly port: number
  report(): Promise<ProcessReport>
  /** Forgets the delays so far: those of the start. */
  reset(): Promise<void>
}

export type Question = 'report' | 'reset'

/** Runs the sample app in a process of its own, so that its event loop, its uncaught errors and its exit can be watched. */
export async function startAppProcess(): Promise<AppProcess> {
  const file = fileURLToPath(new URL('app-process.main.ts', import.meta.url))
  const child = fork(file, { execArgv: ['--conditions=ashlar-source'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [port] = (await once(child, 'message')) as [number]
  const ask = async (question: Question): Promise<unknown> => {
    child.send(question)
    return ((await once(child, 'message')) as [unknown])[0]
  }
  return {
    child,
    port,
    report: () => ask('report') as Promise<ProcessReport>,
    reset: () => ask('reset').then(() => undefined),
  }
}
