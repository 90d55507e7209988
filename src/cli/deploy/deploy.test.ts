import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, matchesGlob } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { appFile, runCommand } from '../test/command.ts'

type Tree = Readonly<Record<string, unknown>>

interface Manifest {
  readonly metadata: Tree
  readonly spec: Tree & { readonly template: { readonly spec: Tree & { readonly containers: readonly Tree[] } } }
  readonly data: Tree
  readonly stringData: Tree
  readonly resources: readonly string[]
}

const folder = mkdtempSync(join(tmpdir(), 'ashlar-deploy-'))
const text = (file: string): string => readFileSync(join(folder, file), 'utf8')
const yaml = (file: string): unknown => parse(text(file), { merge: true })

beforeAll(async () => {
  writeFileSync(join(folder, 'package.json'), '{ "name": "@acme/Settings API" }')
  writeFileSync(join(folder, 'app.ts'), `export { app } from ${JSON.stringify(appFile('to-deploy.ts'))}`)
  const { code, output } = await runCommand(['deploy', 'files'], { cwd: folder })
  expect(output).toMatch(/^wrote deploy\/Dockerfile$/m)
  expect(code).toBe(0)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the image', () => {
  test('has two stages, is not root, writes nothing and starts the app itself', () => {
    const lines = text('deploy/Dockerfile').split('\n')
    expect(lines.filter((line) => line.startsWith('FROM '))).toHaveLength(2)
    expect(lines).toContain('USER node')
    expect(lines.at(-2)).toBe('CMD ["node", "node_modules/ashlar/bin/ashlar.mjs", "start", "app.ts"]')
    expect(text('deploy/Dockerfile')).toContain(`'http://127.0.0.1:' + process.env.PORT + '/alive'`)
  })

  test('has no secrets of the machine where it is made', () => {
    const left = text('.dockerignore').split('\n')
    for (const name of ['.git', '.env', '.env.local', 'node_modules', 'web/.env', 'web/node_modules', 'deploy'])
      expect(left.filter((pattern) => matchesGlob(name, pattern))).toHaveLength(1)
  })
})

describe('the compose file', () => {
  test('starts the app once the database is there and migrated, with a read-only file system', () => {
    const { services } = yaml('deploy/compose.yaml') as { services: Readonly<Record<string, Tree>> }
    expect(Object.keys(services)).toEqual(['app', 'migrate', 'postgres', 'redis'])
    expect(services['app']).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      stop_grace_period: '20s',
      depends_on: {
        postgres: { condition: 'service_healthy' },
        redis: { condition: 'service_healthy' },
        migrate: { condition: 'service_completed_successfully' },
      },
    })
    expect(services['migrate']).toMatchObject({
      restart: 'no',
      depends_on: { postgres: { condition: 'service_healthy' } },
    })
  })

  test('has a variable for each setting, and no value of a secret', () => {
    const example = text('deploy/app.example.env')
    expect(example).toMatch(/^API_KEY=$/m)
    expect(example).toMatch(/^# where clients reach it\nPUBLIC_URL=https:\/\/api\.example\.com$/m)
    expect(example).toMatch(/^ALLOWED_HOSTS=/m)
    expect(example).toMatch(/^METRICS_TOKEN=$/m)
  })

  test('leaves out of it what the files set by themselves, though the app has settings of these names', () => {
    const example = text('deploy/app.example.env')
    expect(example.match(/^.*DATABASE_URL=.*$/gm)).toEqual([
      '# DATABASE_URL=postgres://user:password@host:5432/settings-api',
    ])
    expect(example).not.toMatch(/^[# ]*PORT=/m)
  })

  test('sets nothing that has a value already, or may be missing', () => {
    const example = text('deploy/app.example.env')
    expect(example).toMatch(/^# ORIGINS=https:\/\/a\.example,https:\/\/b\.example$/m)
    expect(example).toMatch(/^# SMTP_HOST=$/m)
    expect(example).toMatch(/^# SMTP_PORT=587$/m)
  })
})

describe('the manifests', () => {
  const manifest = (file: string): Manifest => yaml(`deploy/kubernetes/${file}`) as Manifest

  test('ask the app whether it lives and is ready, and give it the time that it takes to stop', () => {
    const { spec } = manifest('deployment.yaml').spec.template
    const container = spec.containers[0]!
    expect(container['readinessProbe']).toMatchObject({ httpGet: { path: '/ready', port: 'http' } })
    expect(container['livenessProbe']).toMatchObject({ httpGet: { path: '/alive' } })
    expect(container['securityContext']).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
    })
    expect(spec['securityContext']).toMatchObject({ runAsNonRoot: true })
    expect(spec['terminationGracePeriodSeconds']).toBe(25)
  })

  test('name each other, and the list of them has each but what is applied by itself', () => {
    const names = globSync('*.yaml', { cwd: join(folder, 'deploy/kubernetes') })
    const apart = ['kustomization.yaml', 'migrate-job.yaml', 'secret.example.yaml']
    expect(manifest('kustomization.yaml').resources.toSorted()).toEqual(
      names.filter((name) => !apart.includes(name)).toSorted(),
    )
    for (const name of names.filter((each) => each !== 'kustomization.yaml' && each !== 'migrate-job.yaml'))
      expect(manifest(name).metadata).toMatchObject({ name: 'settings-api' })
    expect(manifest('autoscaling.yaml').spec).toMatchObject({
      minReplicas: 2,
      scaleTargetRef: { name: 'settings-api' },
    })
  })

  test('keep secrets out of the configuration', () => {
    expect(manifest('config.yaml').data).toEqual({
      NODE_ENV: 'production',
      ALLOWED_HOSTS: 'api.example.com',
      PUBLIC_URL: 'https://api.example.com',
    })
    expect(Object.keys(manifest('secret.example.yaml').stringData)).toEqual([
      'DATABASE_URL',
      'REDIS_URL',
      'ASHLAR_SECRET',
      'METRICS_TOKEN',
      'API_KEY',
    ])
  })

  test('are YAML without a warning', () => {
    for (const name of globSync('deploy/**/*.yaml', { cwd: folder }))
      for (const { errors, warnings } of parseAllDocuments(text(name), { merge: true }))
        expect([...errors, ...warnings]).toEqual([])
  })
})

const systemd = '/usr/bin/systemd-analyze'
test.skipIf(!existsSync(systemd))('the unit is one that systemd understands, and is well closed', () => {
  const unit = join(folder, 'deploy/settings-api.service')
  // What it starts is not on this machine; everything else must be right.
  writeFileSync(unit, text('deploy/settings-api.service').replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'))
  execFileSync(systemd, ['verify', unit], { stdio: 'pipe' })
})

test('what somebody has changed is not written over, unless they say so', async () => {
  const file = join(folder, 'deploy/Dockerfile')
  writeFileSync(file, 'FROM scratch\n')
  const refused = await runCommand(['deploy', 'files'], { cwd: folder })
  expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('deploy/Dockerfile') })
  expect(readFileSync(file, 'utf8')).toBe('FROM scratch\n')
  expect((await runCommand(['deploy', 'files', '--force', '--only', 'docker'], { cwd: folder })).code).toBe(0)
  expect(readFileSync(file, 'utf8')).not.toBe('FROM scratch\n')
  expect(await runCommand(['deploy', 'files', '--only', 'docker,swarm'], { cwd: folder })).toMatchObject({
    code: 1,
    output: expect.stringContaining('swarm is none of docker, compose, kubernetes, systemd'),
  })
})
