import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PEERS, uvicorn } from '../install.ts'
import type { ScenarioName } from './scenarios.ts'
import type { RunningServer, ServerCommand } from '../server-process.ts'

export type ServerName = 'ashlar' | 'drizzle' | 'drizzle-usual' | 'pg' | 'nest' | 'fastapi'
export type Server = RunningServer<DataServer>

interface DataServer extends ServerCommand {
  readonly name: ServerName
  readonly title: string
  /** The part of a scenario's requests that this one is given: a slow server shall not take all the time. */
  readonly share: number
  /** What it cannot do yet: it is left out there, and the run says so. */
  readonly lacks: readonly ScenarioName[]
}

const ASHLAR = join(import.meta.dirname, 'ashlar.ts')
const CONNECTIONS = '10'

/** In the order in which they take turns. The ports are uvicorn's sake: it takes its own as an argument. */
export function servers(databaseUrl: string, port: (name: ServerName) => number): readonly DataServer[] {
  const env = { DATABASE_URL: databaseUrl }
  const peer = (name: ServerName, title: string, file: string, share = 1): DataServer => ({
    name,
    title,
    share,
    lacks: [],
    command: [process.execPath, join(PEERS, 'data', file)],
    cwd: PEERS,
    env,
  })
  return [
    peer('drizzle', 'Fastify + Drizzle, prepared', 'drizzle-prepared.mjs'),
    {
      name: 'ashlar',
      title: 'Ashlar',
      share: 1,
      lacks: [],
      command: [process.execPath, '--conditions=ashlar-source', ASHLAR],
      cwd: import.meta.dirname,
      env,
    },
    peer('pg', 'Fastify + pg, named statements', 'pg.mjs'),
    peer('drizzle-usual', 'Fastify + Drizzle, as usually written', 'drizzle-usual.mjs', 0.7),
    peer('nest', 'NestJS + TypeORM', 'nest-typeorm.mjs', 0.4),
    {
      name: 'fastapi',
      title: 'FastAPI + SQLAlchemy async',
      share: 0.2,
      lacks: [],
      command: uvicorn('fastapi_items:app', port('fastapi')),
      cwd: join(PEERS, 'data'),
      env: { ...env, POOL_SIZE: CONNECTIONS },
    },
  ]
}

/** A server whose file is not written yet is left out, and the run says so. */
export function isWritten(server: DataServer): boolean {
  const file = server.name === 'fastapi' ? join(PEERS, 'data', 'fastapi_items.py') : server.command.at(-1)!
  return existsSync(file)
}
