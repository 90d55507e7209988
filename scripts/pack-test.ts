// What users get: the packed tarball, installed alone in a project outside of the repository.
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { mustRun, runCommand } from './command.ts'
import { checkContents, type Packed } from './package-contents.ts'
import { serveAndCall } from './packed-app.ts'
import { deployAndCall } from './packed-deploy.ts'
import type { Step, StepResult } from './step.ts'

interface Check {
  readonly name: string
  /** Resolves with what is worth knowing; rejects where it does not hold. */
  readonly run: () => Promise<string | undefined>
}

/** Needs what the step `build` makes. */
export function packageStep(): Step {
  return { name: 'package', run: packTest }
}

async function packTest(): Promise<StepResult> {
  const project = mkdtempSync(join(tmpdir(), 'ashlar-pack-'))
  // The embedded server of a root process runs as another user, who must pass through.
  chmodSync(project, 0o755)
  const server = process.env['DATABASE_URL']
  let packed: Packed | undefined
  const tarball = (): Packed => {
    if (packed === undefined) throw new Error('there is no tarball')
    return packed
  }
  const checks: Check[] = [
    { name: 'it is packed', run: async () => void (packed = await pack(project)) },
    { name: 'it holds what users need and nothing else', run: () => checkContents(tarball()) },
    { name: 'it installs without running scripts', run: () => install(project, tarball()) },
    { name: 'every subpath can be imported', run: () => mustRun(project, ['node', 'import-all.ts']) },
    { name: 'its types hold in a strict project', run: () => checkTypes(project) },
    { name: 'ashlar start serves an app on the embedded database', run: () => serveAndCall(project) },
    ...(server === undefined
      ? []
      : [{ name: 'it is deployed by its own files', run: () => deployAndCall(project, server) }]),
  ]
  const lines: string[] = []
  let failed = 0
  for (const { name, run } of checks) {
    try {
      const note = await run()
      lines.push(`ok   ${name}${note === undefined ? '' : `: ${note}`}`)
    } catch (error) {
      failed += 1
      lines.push(`FAIL ${name}\n${error instanceof Error ? error.message : String(error)}`)
    }
  }
  rmSync(project, { recursive: true, force: true })
  return { passed: checks.length - failed, failed, output: lines.join('\n'), skipped: [] }
}

async function pack(folder: string): Promise<Packed> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const { code, output } = await runCommand('npm', args, { env: { npm_config_loglevel: 'silent' } })
  if (code !== 0) throw new Error(`npm pack exited with ${code}:\n${output}`)
  const parsed = JSON.parse(output) as readonly Packed[] | Readonly<Record<string, Packed>>
  const [packed] = Object.values(parsed)
  if (packed === undefined) throw new Error(`npm pack made nothing:\n${output}`)
  return packed
}

async function install(project: string, { filename }: Packed): Promise<undefined> {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    devDependencies: Readonly<Record<string, string>>
  }
  const peers = ['zod', 'drizzle-orm'].map((name) => [name, devDependencies[name]])
  const manifest = {
    name: 'packed',
    type: 'module',
    dependencies: { ashlar: `file:${filename}`, ...Object.fromEntries(peers) },
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  cpSync('test/package', project, { recursive: true, filter: (file) => !file.endsWith('.test.ts') })
  await mustRun(project, ['npm', 'install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'])
}

/** Checked with the declarations of the package itself, whose mistakes would otherwise show as `any`. */
async function checkTypes(project: string): Promise<undefined> {
  const compilerOptions = {
    target: 'esnext',
    module: 'nodenext',
    lib: ['esnext'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    // Packages that export an API emit declarations, which name no type that the package keeps to itself.
    declaration: true,
    skipLibCheck: false,
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const { output } = await runCommand('tsc', ['-p', project], { cwd: project })
  // Drizzle declares drivers that are not installed.
  const own = output
    .split('\n')
    .filter((line) => /^[^\s].*error TS/.test(line) && !line.startsWith('node_modules/drizzle-orm/'))
  if (own.length > 0) throw new Error(own.join('\n'))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await mustRun(process.cwd(), ['npm', 'run', 'build'])
  const { failed, output } = await packTest()
  console.log(output)
  process.exitCode = failed === 0 ? 0 : 1
}
