import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { App } from '../../app/app.ts'
import { environmentOf } from '../../app/environment.ts'
import type { Uses } from '../../core/dependency.ts'
import type { OutsideRequests } from '../../core/outside-requests.ts'
import type { Seed } from '../../data/seed/seed.ts'
import { DEFAULT_FILES, findAppFile, shortPath } from '../app-file.ts'
import { CommandError } from '../command-error.ts'
import { importFile, loadApp } from '../load-app.ts'
import { print } from '../print.ts'
import { databasesOf } from './app-database.ts'
import { countRows, inWords } from './row-counts.ts'

/** Where a seed is looked for when no file is named. */
const SEED_FILES = ['src/seed.ts', 'seed.ts', 'src/seed.js', 'seed.js'] as const

interface SeedFlags {
  readonly app?: string
  readonly force?: boolean
}

/** `ashlar db seed`: runs a file's seed with the app it belongs to. */
export async function seed(file: string | undefined, { app: appFile, force = false }: SeedFlags): Promise<void> {
  const path = findSeedFile(file)
  const app = await loadApp(appFile === undefined ? appOf(path) : findAppFile(appFile))
  if (environmentOf(app.definition) === 'production' && !force)
    throw new CommandError('A database is not seeded in production unless you insist.', {
      hint: `If the data is meant for it: ashlar db seed ${shortPath(path)} --force`,
    })
  await runSeed(app, path, { as: shortPath(path) })
}

/** Runs it, and says what there is more of than before. */
export async function runSeed(app: App, path: string, { as }: { readonly as: string }): Promise<void> {
  const { uses, work } = await loadSeed(path)
  // In production the tables may be large, and counting takes as long as reading them.
  const counted = environmentOf(app.definition) === 'production' ? [] : databasesOf(app)
  await app.start()
  const before = await countRows(counted)
  // What it needs no request for was checked where it was declared.
  const said = await app.run(uses as Uses & OutsideRequests<Uses>, work)
  const after = await countRows(counted)
  await app.stop()
  await print([`${as}: done`, ...inWords(before, after)].join('\n  '))
  if (typeof said === 'string') await print(said)
}

async function loadSeed(path: string): Promise<Seed> {
  const { seed: exported } = await importFile(path)
  if (isSeed(exported)) return exported
  throw new CommandError(`${shortPath(path)} does not export a seed.`, {
    hint: 'Write there: export const seed = defineSeed({ tx: database.transaction }, async ({ tx }) => { ... })',
  })
}

/** By its shape: the app may have loaded another copy of the package. */
function isSeed(value: unknown): value is Seed {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'seed'
}

function findSeedFile(named: string | undefined): string {
  const found = named ?? SEED_FILES.find((file) => existsSync(file))
  if (found === undefined)
    throw new CommandError(`No seed was found in ${process.cwd()}: there is none of ${SEED_FILES.join(', ')}.`, {
      hint: 'Write one that exports `seed`, or name its file: ashlar db seed path/to/seed.ts',
    })
  if (existsSync(found)) return resolve(found)
  throw new CommandError(`There is no file ${found} in ${process.cwd()}.`, {
    hint: 'Name the file that exports your seed, such as: ashlar db seed src/seed.ts',
  })
}

/** The seed of an app: in its folder, or in the one above. */
export function findSeedBeside(appPath: string, named: string | true): string {
  if (named !== true) return findSeedFile(named)
  const folder = dirname(appPath)
  const found = [folder, dirname(folder)]
    .flatMap((each) => SEED_FILES.map((file) => join(each, file)))
    .find((file) => existsSync(file))
  return found ?? findSeedFile(undefined)
}

/** The app of a seed: the nearest one, from the seed's folder upward. */
function appOf(seedPath: string): string {
  for (let folder = dirname(seedPath); ; folder = dirname(folder)) {
    const found = DEFAULT_FILES.map((file) => join(folder, file)).find((file) => existsSync(file))
    if (found !== undefined) return found
    if (dirname(folder) === folder) break
  }
  throw new CommandError(
    `No app was found for ${shortPath(seedPath)}: there is none of ${DEFAULT_FILES.join(', ')} above it.`,
    {
      hint: `Name it: ashlar db seed ${shortPath(seedPath)} --app path/to/app.ts`,
    },
  )
}
