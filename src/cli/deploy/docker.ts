import { posix } from 'node:path'
import type { DeployFacts, NeededVariable } from './facts.ts'

/** Packages first, then the code, so that a change of code builds in seconds. Node runs TypeScript: nothing is compiled. */
export function dockerfile({ node, port, file, livePath, title, packages }: DeployFacts): string {
  const { files, install, needsAll, command } = packages
  const copy = needsAll
    ? '# All of it: packages that are folders of this project have a package.json each.\nCOPY . .'
    : `COPY ${files.join(' ')} ./`
  return `# The image of ${oneLine(title)}. Written by ashlar deploy files; yours from now on.
FROM node:${node}-slim AS packages
WORKDIR /app
${copy}
${install.map((each) => `RUN ${each}`).join('\n')}

FROM node:${node}-slim
ENV NODE_ENV=production \\
    PORT=${port} \\
    # The file system is read only: what Node compiles is kept in memory.
    NODE_COMPILE_CACHE=/tmp/node-compile-cache
WORKDIR /app
${needsAll ? 'COPY --from=packages /app ./' : 'COPY --from=packages /app/node_modules ./node_modules\nCOPY . .'}
# The user of the image that is not root; its files belong to root, so it cannot change them.
USER node
EXPOSE ${port}
${healthCheck(livePath)}# Signals go to the app itself, which finishes what is in flight.
CMD ["node", ${JSON.stringify(command)}, "start", ${JSON.stringify(file)}]
`
}

function healthCheck(livePath: string | undefined): string {
  if (livePath === undefined) return ''
  const ask = `fetch('http://127.0.0.1:' + process.env.PORT + '${livePath}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`
  return `HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["node", "-e", ${JSON.stringify(ask)}]\n`
}

export function dockerignore({ out }: DeployFacts): string {
  const written = out === '.' || out.startsWith('..') ? '' : `${out}\n`
  return `# What the image does not need, and must not have.
.git
**/.env*
**/.ashlar
${written}**/node_modules
**/*.test.ts
**/*.test-d.ts
test
coverage
`
}

/** The app with PostgreSQL and Redis on one machine. */
export function composeFile(facts: DeployFacts): string {
  const { name, port, hasDatabase, hasRedis, stopSeconds, out, fromOut } = facts
  const needs = [...(hasDatabase ? ['postgres'] : []), ...(hasRedis ? ['redis'] : [])]
  const parts = [
    `# docker compose -f ${oneLine(posix.join(out, 'compose.yaml'))} up --build. Written by ashlar deploy files; yours from now on.
name: ${name}

services:
  app: &app
    build:
      context: ${inCompose(fromOut)}
      dockerfile: ${inCompose(posix.join(out, 'Dockerfile'))}
    env_file: app.env
    environment:
${environment(facts)}
    ports:
      - "127.0.0.1:${port}:${port}"
${dependsOn(facts, needs)}    read_only: true
    tmpfs:
      - /tmp
    cap_drop:
      - ALL
    security_opt:
      - no-new-privileges:true
    stop_grace_period: ${stopSeconds}s
    restart: unless-stopped
`,
  ]
  if (facts.hasMigrations) parts.push(migrateService(facts))
  if (hasDatabase) parts.push(POSTGRES(name))
  if (hasRedis) parts.push(REDIS)
  if (hasDatabase) parts.push(`\nvolumes:\n  postgres:\n`)
  return parts.join('')
}

function environment({ name, hasDatabase, hasRedis }: DeployFacts): string {
  return [
    '      NODE_ENV: production',
    ...(hasDatabase ? [`      DATABASE_URL: postgres://${name}:\${POSTGRES_PASSWORD:?}@postgres:5432/${name}`] : []),
    ...(hasRedis ? ['      REDIS_URL: redis://redis:6379'] : []),
  ].join('\n')
}

function dependsOn({ hasMigrations }: DeployFacts, needs: readonly string[]): string {
  if (needs.length === 0) return ''
  const healthy = needs.map((need) => `      ${need}:\n        condition: service_healthy\n`)
  const migrated = hasMigrations ? '      migrate:\n        condition: service_completed_successfully\n' : ''
  return `    depends_on:\n${healthy.join('')}${migrated}`
}

/** Once, before the app: a release whose migration fails is not started. */
function migrateService({ file, packages }: DeployFacts): string {
  return `
  migrate:
    <<: *app
    command: ["node", ${inCompose(packages.command)}, "migrate", ${inCompose(file)}, "apply"]
    ports: []
    healthcheck:
      disable: true
    depends_on:
      postgres:
        condition: service_healthy
    restart: "no"
`
}

const POSTGRES = (name: string): string => `
  postgres:
    image: postgres:18
    environment:
      POSTGRES_USER: ${name}
      POSTGRES_DB: ${name}
      POSTGRES_PASSWORD: \${POSTGRES_PASSWORD:?}
    volumes:
      - postgres:/var/lib/postgresql
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U ${name} -d ${name}"]
      interval: 2s
      timeout: 3s
      retries: 30
    shm_size: 256mb
    stop_grace_period: 60s
    restart: unless-stopped
`

const REDIS = `
  redis:
    image: redis:8
    # Counters and cached answers: what does not fit is dropped, the least used first.
    command: ["redis-server", "--save", "", "--appendonly", "no", "--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru"]
    read_only: true
    healthcheck:
      test: ["CMD", "redis-cli", "ping"]
      interval: 2s
      timeout: 3s
      retries: 30
    restart: unless-stopped
`

/** Every variable the app asks for, to be filled in. */
export function environmentFile({ name, variables, hasDatabase, hasRedis }: DeployFacts): string {
  const lines = variables.map((variable) => {
    const { name: key, description, secret, isOptional = false } = variable
    const what = description === '' ? '' : `# ${oneLine(description)}\n`
    const value = secret ? '' : inEnvironment(exampleValue(variable))
    return `${what}${secret ? '# a secret: keep this file out of git\n' : ''}${isOptional ? '# ' : ''}${key}=${value}\n`
  })
  const servers = [
    ...(hasDatabase ? [`# DATABASE_URL=postgres://user:password@host:5432/${name}`] : []),
    ...(hasRedis ? ['# REDIS_URL=redis://host:6379'] : []),
  ]
  if (servers.length > 0)
    lines.push(`# compose.yaml says these by itself; elsewhere they are needed\n${servers.join('\n')}\n`)
  return `# Copy this to app.env and fill it in. ashlar config shows what holds, and says what is missing.\n\n${lines.join('\n')}`
}

/** What counts where nobody sets it, else a value of the kind. */
export function exampleValue({ example, standard }: NeededVariable): string {
  return standard ?? (example === '…' ? '' : example)
}

/** In quotes where a reader of such files would take a part of it for something else. */
function inEnvironment(value: string): string {
  const line = oneLine(value)
  if (/^[\w@%+=:,./-]*$/.test(line)) return line
  return line.includes("'") ? `"${line.replaceAll(/["\\$`]/g, '\\$&')}"` : `'${line}'`
}

/** Compose puts variables in the place of what follows a dollar sign, unless there are two. */
function inCompose(word: string): string {
  return JSON.stringify(word).replaceAll('$', '$$$$')
}

/** A title may have several lines; a comment has one. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
