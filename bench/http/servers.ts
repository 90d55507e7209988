import { join } from 'node:path'
import { PEERS, uvicorn } from '../install.ts'
import type { ServerCommand } from '../server-process.ts'

const BENCH = join(import.meta.dirname, '..')

export interface ServerDefinition extends ServerCommand {
  /** Sends a request id and the security headers with every answer, as Ashlar does by default. */
  readonly defaultFeatures: boolean
  /** Only run when `--only` names it. */
  readonly optional: boolean
}

function peer(name: string, file: string, env: Record<string, string> = {}): ServerDefinition {
  const command = [process.execPath, join(PEERS, file)]
  return { name, command, cwd: PEERS, env, defaultFeatures: env['PLAIN'] === undefined, optional: false }
}

export const BARE = 'bare node:http'
export const ASHLAR = 'ashlar'
export const FASTAPI = 'fastapi'

/** In the order in which they take turns. */
export function servers(port: (name: string) => number): readonly ServerDefinition[] {
  return [
    { ...peer(BARE, 'bare.mjs'), defaultFeatures: false },
    {
      name: ASHLAR,
      command: [process.execPath, '--conditions=ashlar-source', join(BENCH, 'http', 'ashlar.ts')],
      cwd: BENCH,
      env: {},
      defaultFeatures: true,
      optional: false,
    },
    peer('fastify', 'fastify.mjs'),
    peer('hono', 'hono.mjs'),
    peer('express', 'express.mjs'),
    peer('nest (express)', 'nest.mjs', { PLATFORM: 'express' }),
    peer('nest (fastify)', 'nest.mjs', { PLATFORM: 'fastify' }),
    {
      name: FASTAPI,
      command: uvicorn('fastapi_app:app', port(FASTAPI)),
      cwd: PEERS,
      env: {},
      defaultFeatures: false,
      optional: false,
    },
    { ...peer('fastify (plain)', 'fastify.mjs', { PLAIN: '1' }), optional: true },
    { ...peer('hono (plain)', 'hono.mjs', { PLAIN: '1' }), optional: true },
  ]
}
