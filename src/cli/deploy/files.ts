import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { findAppFile } from '../app-file.ts'
import { CommandError } from '../command-error.ts'
import { loadApp } from '../load-app.ts'
import { print } from '../print.ts'
import { composeFile, dockerfile, dockerignore, environmentFile } from './docker.ts'
import { factsOf, type DeployFacts } from './facts.ts'
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
  const facts = factsOf(await loadApp(path), path)
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
    ...(images && { '.dockerignore': dockerignore(), ...at({ Dockerfile: dockerfile(facts) }) }),
    ...(only.includes('compose') &&
      at({ 'compose.yaml': composeFile(facts), 'app.example.env': environmentFile(facts) })),
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

function nextSteps({ name, hasDatabase }: DeployFacts, only: readonly Target[], out: string): string[] {
  const password = hasDatabase ? `, write POSTGRES_PASSWORD=... into ${join(out, '.env')}` : ''
  return [
    ...(only.includes('compose')
      ? [
          `compose     copy ${join(out, 'app.example.env')} to ${join(out, 'app.env')}${password}; docker compose -f ${join(out, 'compose.yaml')} up --build`,
        ]
      : []),
    ...(only.includes('kubernetes')
      ? [
          `kubernetes  name your registry in ${join(out, 'kubernetes/kustomization.yaml')}, make the secret "${name}"; kubectl apply -k ${join(out, 'kubernetes')}`,
        ]
      : []),
    ...(only.includes('systemd') ? [`systemd     ${join(out, `${name}.service`)} says where everything goes`] : []),
  ]
}
