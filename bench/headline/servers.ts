import { join } from 'node:path'
import { PEERS, uvicorn } from '../install.ts'
import type { ServerCommand } from '../server-process.ts'

export type HeadlineServer = ServerCommand & {
  readonly name: 'ashlar' | 'fastify' | 'fastapi'
  readonly title: string
  /** The part of the requests that this one is given: a slow server shall not take all the time. */
  readonly share: number
}

/** In the order in which they take turns. uvicorn takes its port as an argument. */
export function headlineServers(databaseUrl: string, secret: string, uvicornPort: number): readonly HeadlineServer[] {
  const env = { DATABASE_URL: databaseUrl, JWT_SECRET: secret }
  return [
    {
      name: 'fastify',
      title: 'Fastify + pino + jose + Zod + Drizzle',
      share: 1,
      command: [process.execPath, join(PEERS, 'headline', 'fastify.mjs')],
      cwd: PEERS,
      env,
    },
    {
      name: 'ashlar',
      title: 'Ashlar',
      share: 2,
      command: [process.execPath, '--conditions=ashlar-source', join(import.meta.dirname, 'ashlar.ts')],
      cwd: import.meta.dirname,
      // Whoever scrapes it shows this.
      env: { ...env, METRICS_TOKEN: 'a-token-for-the-metrics-of-this-benchmark' },
    },
    {
      name: 'fastapi',
      title: 'FastAPI + PyJWT + SQLAlchemy async',
      share: 0.25,
      command: uvicorn('fastapi_headline:app', uvicornPort),
      cwd: join(PEERS, 'headline'),
      env: { ...env, POOL_SIZE: '10' },
    },
  ]
}
