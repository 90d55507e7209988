import type { ListenOptions } from '../../app/app.ts'
import { findAppFile, shortPath } from '../app-file.ts'
import { print, printError } from '../print.ts'
import { stopOnSignal } from '../stop-on-signal.ts'
import { AppProcess } from './app-process.ts'
import { DatabaseHold } from './database-hold.ts'
import { FileWatch } from './file-watch.ts'
import { FATAL_EXIT, type FromApp } from './messages.ts'

/** `ashlar dev`: serves the app, and starts it again when one of its files changes. Gives the exit code. */
export async function dev(file: string | undefined, options: ListenOptions): Promise<number> {
  const session = new Session(findAppFile(file), options)
  const running = session.run()
  stopOnSignal({
    stop: async () => {
      session.stop()
      await running
    },
    failed: (error) => {
      throw error
    },
  })
  return running
}

const STOPPED = Symbol('stopped')

class Session {
  readonly #file: string
  readonly #options: ListenOptions
  readonly #files = new FileWatch()
  readonly #databases = new DatabaseHold()
  readonly #stopped = Promise.withResolvers<typeof STOPPED>()

  constructor(file: string, options: ListenOptions) {
    this.#file = file
    this.#options = options
  }

  stop(): void {
    this.#stopped.resolve(STOPPED)
  }

  async run(): Promise<number> {
    try {
      for (;;) {
        this.#files.forget()
        const app = new AppProcess(this.#file, this.#options, (message) => this.#told(message))
        const next = await this.#waitWhile(app)
        await this.#databases.settled()
        await app.stop()
        if (typeof next === 'number') return next
        await print(`\nChanged: ${shortPath(next)}`)
      }
    } finally {
      this.#files.close()
      await this.#databases.release()
    }
  }

  /** The file that has changed, or the exit code where this is the end. */
  async #waitWhile(app: AppProcess): Promise<string | number> {
    const first = await Promise.race([this.#stopped.promise, this.#files.changed, app.ended.then((code) => ({ code }))])
    if (first === STOPPED) return 0
    if (typeof first === 'string') return first
    if (first.code === FATAL_EXIT) return 1
    // Where the problem was printed, and so after it.
    await printError('\nThe app has ended. It is started again when a file changes; Ctrl-C ends this.')
    const next = await Promise.race([this.#stopped.promise, this.#files.changed])
    return next === STOPPED ? 0 : next
  }

  #told(message: FromApp): void {
    if (message.type === 'file') this.#files.addFile(message.path)
    else if (message.type === 'folder') this.#files.addFolder(message.path)
    else for (const options of message.embedded) void this.#databases.take(options)
  }
}
