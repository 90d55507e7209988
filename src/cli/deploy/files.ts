import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { findAppFile } from '../app-file.ts'
import { CommandError } from '../command-error.ts'
import { loadApp } from '../load-app.ts'
import { print } from '../print.ts'
import { composeFile, dockerfile, dockerignore, environmentFile } from './docker.ts'
import { factsOf, hasSecret, type DeployFacts } from './facts.ts'
import { kubernetesFiles } from './kubernetes.ts'
import { systemdUnit } from './systemd.ts'
import { TARGETS, type DeployOptions, type Target } from './targets.ts'

type Files = Readonly<Record<string, string>>

/** `ashlar deploy files`: writes what brings the app into production. */
export async function deployFiles(
  file: string | undefined,
  { out = 'deploy', only = TARGETS, force = false }: DeployOptions,
): Promise<void> {
  const path = findAppFile(file)
  const facts = factsOf(await loadApp(path), path, out)
  const files = filesOf(facts, only, out)
  const changed = force ? [] : await changedFiles(files)
  if (changed.length > 0) {
    throw new CommandError(
      `These files are there already, with other contents: ${changed.join(', ')}. Nothing was written.`,
      {
        hint: 'Write elsewhere with --out FOLDER and compare, or over them with --force.',
      },
    )
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(name), { recursive: true })
    await writeFile(name, text)
  }
  await print([...Object.keys(files).map((name) => `wrote ${name}`), '', ...nextSteps(facts, only, out)].join('\n'))
}

function filesOf(facts: DeployFacts, only: readonly Target[], out: string): Files {
  const at = (files: Files): Files =>
    Object.fromEntries(Object.entries(files).map(([name, text]) => [join(out, name), text]))
  const images = only.includes('docker') || only.includes('compose')
  const manifests = Object.entries(kubernetesFiles(facts)).map(([name, text]) => [join('kubernetes', name), text])
  return {
    // Docker looks for it beside the context.
    ...(images && { '.dockerignore': dockerignore(facts), ...at({ Dockerfile: dockerfile(facts) }) }),
    ...(only.includes('compose') && at({ 'compose.yaml': composeFile(facts) })),
    ...((only.includes('compose') || only.includes('systemd')) && at({ 'app.example.env': environmentFile(facts) })),
    ...(only.includes('kubernetes') && at(Object.fromEntries(manifests) as Files)),
    ...(only.includes('systemd') && at({ [`${facts.name}.service`]: systemdUnit(facts) })),
  }
}

async function changedFiles(files: Files): Promise<string[]> {
  const changed: string[] = []
  for (const [name, text] of Object.entries(files))
    if (existsSync(name) && (await readFile(name, 'utf8')) !== text) changed.push(name)
  return changed
}

function nextSteps(facts: DeployFacts, only: readonly Target[], out: string): string[] {
  const { name, file, hasDatabase, hasMigrations, packages } = facts
  const at = (path: string): string => join(out, path)
  // Part of a URL: other signs would have to be written otherwise there.
  const password = hasDatabase ? `, echo "POSTGRES_PASSWORD=$(openssl rand -hex 24)" > ${at('.env')}` : ''
  const job = hasMigrations ? ` and ${at('kubernetes/migrate-job.yaml')}, which says how it is run before` : ''
  const secret = hasSecret(facts) ? `, make the secret "${name}"` : ''
  const above = packages.lockedAbove
  return [
    ...(only.includes('compose')
      ? [
          `compose     copy ${at('app.example.env')} to ${at('app.env')}${password}; docker compose -f ${at('compose.yaml')} up --build`,
        ]
      : []),
    ...(only.includes('kubernetes')
      ? [
          `kubernetes  name your registry in ${at('kubernetes/kustomization.yaml')}${job}${secret}; kubectl apply -k ${at('kubernetes')}`,
        ]
      : []),
    ...(only.includes('systemd') ? [`systemd     ${at(`${name}.service`)} says where everything goes`] : []),
    ...(above === undefined
      ? []
      : [
          `\nThe lockfile is in ${above}, so the image can only be built from there: run this command there, for ${join(relative(above, '.'), file)}.`,
        ]),
  ]
}
