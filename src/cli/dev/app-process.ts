import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ListenOptions } from '../../app/app.ts'
import { STOP, type FromApp } from './messages.ts'

/** Requests in flight may finish; then the new version is wanted. */
const STOP_WAIT_MS = 2000

/** The app in a process of its own. */
export class AppProcess {
  /** Its exit code; `undefined` where it was killed. */
  readonly ended: Promise<number | undefined>
  readonly #child: ChildProcess
  readonly #kill = (): void => void this.#child.kill('SIGKILL')

  constructor(file: string, options: ListenOptions, told: (message: FromApp) => void) {
    // Beside this file, whether that is source or built.
    const program = fileURLToPath(new URL(`dev-app${extname(import.meta.filename)}`, import.meta.url))
    const cache = getCompileCacheDir()
    const env = cache === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: cache }
    this.#child = fork(program, [file, JSON.stringify(options)], { env })
    // The only one who sends is dev-app.ts.
    this.#child.on('message', (message) => told(message as FromApp))
    // Never left behind, not even by a second Ctrl-C.
    process.on('exit', this.#kill)
    this.ended = once(this.#child, 'exit').then(([code]: unknown[]) => {
      process.off('exit', this.#kill)
      return typeof code === 'number' ? code : undefined
    })
  }

  /** Stops it gracefully, or not gracefully where that takes too long. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.send(STOP)
    const timer = setTimeout(this.#kill, STOP_WAIT_MS)
    await this.ended
    clearTimeout(timer)
  }
}
