import { expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { composeFile, dockerfile, environmentFile } from './docker.ts'
import { plainName, type DeployFacts } from './facts.ts'
import { kubernetesFiles } from './kubernetes.ts'
import { systemdUnit } from './systemd.ts'

const facts = (changes: Partial<DeployFacts>): DeployFacts => ({
  name: 'shop',
  title: 'Shop',
  file: 'app.ts',
  out: 'deploy',
  fromOut: '..',
  packages: { files: ['package.json'], install: [], needsAll: false, command: 'node_modules/ashlar/bin/ashlar.mjs' },
  port: 3000,
  metricsPort: undefined,
  node: '24',
  hasDatabase: true,
  hasRedis: true,
  hasMigrations: true,
  livePath: '/healthz',
  readyPath: '/readyz',
  stopSeconds: 20,
  connections: 10,
  variables: [],
  ...changes,
})

test.each([
  ['@acme/Settings API', 'settings-api'],
  ['2fa', 'app-2fa'],
  ['123', 'app-123'],
  ['true', 'app-true'],
  ['no', 'app-no'],
  ['null', 'app-null'],
  [`${'x'.repeat(49)}-y`, 'x'.repeat(49)],
  ['日本', 'api'],
  ['--', 'api'],
])('%s has a name that containers, services and YAML take', (given, name) => {
  expect(plainName(given)).toBe(name)
  expect(name).toMatch(/^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/)
})

test('a title is text, whatever is in it', () => {
  const title = 'syntax = "evil" 100% of $HOME # \\'
  expect(dockerfile(facts({ title })).split('\n')[0]).not.toMatch(/^#\s*\w+\s*=/)
  const unit = systemdUnit(facts({ title }))
  const lines = unit.split('\n')
  const description = lines.find((line) => line.startsWith('Description='))!
  expect(description).toBe('Description=syntax = "evil" 100%% of $HOME #')
  expect(unit).not.toMatch(/\\\n/)
})

test('a file is one word, whatever it is called', () => {
  const file = 'my apps/100% $HOME "x" #1: app.ts'
  const wanted = ['node', 'node_modules/ashlar/bin/ashlar.mjs', 'migrate', file, 'apply']
  const { services } = parse(composeFile(facts({ file })), { merge: true }) as {
    services: { migrate: { command: string[] } }
  }
  // Compose reads $$ as a dollar sign.
  expect(services.migrate.command.map((word) => word.replaceAll('$$', '$'))).toEqual(wanted)
  expect(services.migrate.command.at(-2)).toContain('$$HOME')
  const job = parse(kubernetesFiles(facts({ file }))['migrate-job.yaml']!) as {
    spec: { template: { spec: { containers: { command: string[] }[] } } }
  }
  expect(job.spec.template.spec.containers[0]!.command).toEqual(wanted)
  expect(systemdUnit(facts({ file }))).toContain(' start "my apps/100%% $$HOME \\"x\\" #1: app.ts" --workers')
})

test('a description or an example with several lines, quotes and signs stays in its place', () => {
  const variables = [
    { name: 'A', secret: false, description: 'one\n# two\nB=3', example: 'x # y\nEVIL=1' },
    { name: 'C', secret: false, description: '', example: `it's "5" $HOME` },
  ]
  const lines = environmentFile(facts({ variables })).split('\n')
  expect(lines.filter((line) => /^(?:B|EVIL)=/.test(line))).toEqual([])
  const config = kubernetesFiles(facts({ variables }))['config.yaml']!
  for (const document of parseAllDocuments(config)) expect(document.errors).toEqual([])
  expect((parse(config) as { data: Record<string, string> }).data).toMatchObject({
    A: 'x # y\nEVIL=1',
    C: `it's "5" $HOME`,
  })
})

test('metrics with a port of their own have one that a collector finds by its name', () => {
  const ports = (port: number | undefined): unknown => {
    const text = kubernetesFiles(facts({ metricsPort: port }))['deployment.yaml']!
    const { spec } = parse(text) as { spec: { template: { spec: { containers: { ports: unknown }[] } } } }
    return spec.template.spec.containers[0]!.ports
  }
  expect(ports(undefined)).toEqual([{ name: 'http', containerPort: 3000 }])
  expect(ports(9464)).toEqual([
    { name: 'http', containerPort: 3000 },
    { name: 'metrics', containerPort: 9464 },
  ])
})
