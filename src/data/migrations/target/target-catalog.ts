import type { Client } from 'pg'
import type { DrizzleSchema } from '../../drizzle.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { introspect } from '../catalog/introspect.ts'
import { rehearse } from '../scratch.ts'
import { buildTarget } from './build-target.ts'
import { targetStatements } from './statements.ts'

interface TargetOptions {
  readonly schema: DrizzleSchema
  readonly extra: readonly string[]
  readonly unmanaged: ReadonlySet<string>
}

/** What the database would be if it had all that the code declares, and nothing else. */
export async function targetCatalog(client: Client, { schema, extra, unmanaged }: TargetOptions): Promise<Catalog> {
  const target = targetStatements(schema)
  for (const role of target.roles) await client.query(role)
  return rehearse(client, async () => {
    await buildTarget(client, { current: await introspect(client, unmanaged), target, extra })
    return introspect(client, unmanaged)
  })
}
