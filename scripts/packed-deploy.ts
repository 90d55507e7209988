import { chmodSync, cpSync, readFileSync, rmSync } from 'node:fs'
import { join, matchesGlob, relative } from 'node:path'
import { parseEnv } from 'node:util'
import { Client } from 'pg'
import { parse } from 'yaml'
import { mustRun } from './command.ts'
import { serve } from './packed-app.ts'

/** The user `nobody`: what it starts may write nothing of its own. Only root can start it so. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** Follows what `ashlar deploy files` writes, without the containers: the image's folder, the migration, the process and its health check. */
export async function deployAndCall(project: string, server: string): Promise<string> {
  await mustRun(project, ['node_modules/.bin/ashlar', 'deploy', 'files', 'app.ts'])
  const image = `${project}-image`
  const name = `ashlar_pack_${process.pid}`
  await execute(server, `CREATE DATABASE ${name}`)
  try {
    await build(project, image)
    return await migrateAndServe(project, image, Object.assign(new URL(server), { pathname: `/${name}` }).href)
  } finally {
    await execute(server, `DROP DATABASE ${name} WITH (FORCE)`)
    rmSync(image, { recursive: true, force: true })
  }
}

/** What the two stages of the Dockerfile copy and run. */
async function build(project: string, image: string): Promise<void> {
  const left = readFileSync(join(project, '.dockerignore'), 'utf8').split('\n')
  cpSync(project, image, {
    recursive: true,
    filter: (path) => path === project || !left.some((pattern) => matchesGlob(relative(project, path), pattern)),
  })
  chmodSync(image, 0o755)
  const env = { npm_config_ignore_scripts: 'true', npm_config_prefer_offline: 'true' }
  for (const [, command = ''] of dockerfile(project).matchAll(/^RUN (.+)$/gm))
    await mustRun(image, ['sh', '-c', command], { env })
}

async function migrateAndServe(project: string, cwd: string, database: string): Promise<string> {
  const variables = readFileSync(join(project, 'deploy/app.example.env'), 'utf8')
  const env = {
    ...parseEnv(variables),
    ALLOWED_HOSTS: 'localhost',
    ASHLAR_SECRET: 'a secret of forty characters for a test.',
    NODE_ENV: 'production',
    DATABASE_URL: database,
    PORT: '0',
  }
  const compose = readFileSync(join(project, 'deploy/compose.yaml'), 'utf8')
  const { services } = parse(compose, { merge: true }) as { services: { migrate: { command: string[] } } }
  await mustRun(cwd, services.migrate.command, { env, ...NOBODY })
  const command = lastWords(project, /^CMD (.+)$/m)
  const seconds = await serve(command, { cwd, env, ...NOBODY }, async (url) => {
    const notes = await (await fetch(`${url}/api/notes`)).text()
    if (notes !== '[]') throw new Error(`it answered ${notes}`)
    const check = lastWords(project, /^HEALTHCHECK .*?CMD (.+)$/m)
    await mustRun(cwd, check, { env: { PORT: new URL(url).port } })
  })
  return `served after ${seconds} s`
}

function lastWords(project: string, pattern: RegExp): readonly string[] {
  const [, words = '[]'] = pattern.exec(dockerfile(project)) ?? []
  return JSON.parse(words) as readonly string[]
}

function dockerfile(project: string): string {
  return readFileSync(join(project, 'deploy/Dockerfile'), 'utf8')
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
