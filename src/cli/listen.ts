import type { App, Listening, ListenOptions } from '../app/app.ts'
import { CommandError } from './command-error.ts'

/**
 * Listens, and explains why not where it cannot.
 *
 * @throws CommandError where the port or the host cannot be had.
 */
export async function listen(app: App, options: ListenOptions): Promise<Listening> {
  // By itself: a database's host that is not found must not be taken for the app's.
  await app.start()
  try {
    return await app.listen(options)
  } catch (error) {
    await app.stop()
    throw explained(error)
  }
}

interface ListenError {
  readonly code?: string
  readonly port?: number
  readonly address?: string
  /** What could not be resolved. */
  readonly hostname?: string
}

function explained(error: unknown): unknown {
  const { code, port, address, hostname = address } = error as ListenError
  const fatal = { fatal: true }
  if (code === 'EADDRINUSE')
    return new CommandError(`Port ${port} is taken by another program.`, { hint: HINT_PORT, ...fatal })
  if (code === 'EACCES')
    return new CommandError(`This user may not listen on port ${port}.`, { hint: HINT_PORT, ...fatal })
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new CommandError(`This machine has no address ${hostname ?? ''}.`, {
      hint: 'Choose another with --host or HOST: 127.0.0.1 for this machine alone, 0.0.0.0 for all of its addresses.',
      ...fatal,
    })
  }
  return error
}

const HINT_PORT = 'Choose another: --port 3001, or PORT=3001.'
