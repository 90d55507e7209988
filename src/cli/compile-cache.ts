import { existsSync } from 'node:fs'
import { enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'

/**
 * Keeps what Node makes of the files, types removed and code compiled, for the next start, which then takes half the time. Beside the
 * packages of the project, as other tools do; `NODE_DISABLE_COMPILE_CACHE=1` turns it off.
 */
export function keepCompiled(): void {
  const packages = join(process.cwd(), 'node_modules')
  if (process.env['NODE_COMPILE_CACHE'] === undefined && existsSync(packages))
    enableCompileCache(join(packages, '.cache', 'ashlar'))
  else enableCompileCache()
}

/** Saves it now: a process that is killed could not. */
export function saveCompiled(): void {
  flushCompileCache()
}
