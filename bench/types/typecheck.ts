import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

export interface TypeCheck {
  readonly checkSeconds: number
  readonly totalSeconds: number
  readonly instantiations: number
  readonly types: number
  readonly memoryMiB: number
}

/**
 * Runs the pinned compiler on a generated project. Its own files must compile: what is wrong is not a measurement. Errors in the
 * framework's source, which it includes, are for `npm run types` to tell.
 */
export function typecheck(folder: string): TypeCheck {
  const compiler = join(ROOT, 'node_modules', '.bin', 'tsc')
  const args = ['--noEmit', '--extendedDiagnostics', '--project', folder]
  const { stdout } = spawnSync(compiler, args, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  // Paths are relative to the project's folder.
  const errors = stdout.split('\n').filter((line) => /^(?!\.\.)\S+\(\d+,\d+\): error/.test(line))
  if (errors.length > 0) throw new Error(`The generated app does not compile:\n${errors.slice(0, 20).join('\n')}`)
  const figure = (name: string): number => {
    const found = new RegExp(`^${name}:\\s+([0-9.]+)`, 'm').exec(stdout)
    if (found === null) throw new Error(`tsc --extendedDiagnostics no longer says "${name}".`)
    return Number(found[1])
  }
  return {
    checkSeconds: figure('Check time'),
    totalSeconds: figure('Total time'),
    instantiations: figure('Instantiations'),
    types: figure('Types'),
    memoryMiB: figure('Memory used') / 1024,
  }
}

/** The fastest of some runs: whatever else the machine does only ever adds. The counts are the same each time. */
export function fastest(folder: string, runs: number): TypeCheck {
  const checks = Array.from({ length: runs }, () => typecheck(folder))
  return {
    ...checks[0]!,
    checkSeconds: Math.min(...checks.map((check) => check.checkSeconds)),
    totalSeconds: Math.min(...checks.map((check) => check.totalSeconds)),
    memoryMiB: Math.min(...checks.map((check) => check.memoryMiB)),
  }
}
