import { ENTITIES_PER_ROUTER, entityName, routerName } from './router-source.ts'

/** A client that calls every operation and reads what it gets, as a typed front end does. */
export function clientFile(routers: readonly number[]): string {
  const calls = routers.flatMap((router) =>
    Array.from({ length: ENTITIES_PER_ROUTER }, (_, entity) =>
      entityCalls(routerName(router), entityName(router, entity)),
    ),
  )
  return [
    `import { client } from 'ashlar/client'`,
    `import type { Api } from './app.ts'`,
    '',
    `export const api = client<Api>('http://localhost:3000')`,
    ...calls,
    '',
  ].join('\n')
}

function entityCalls(router: string, entity: string): string {
  const at = `api.${router}.${entity}`
  return `
export async function use_${entity}(): Promise<readonly string[]> {
  const list = await ${at}.list({ query: { limit: 10, sort: 'ownerId', open: true } })
  const first = list.items[0]
  if (first === undefined) return []
  const read = await ${at}.read({ params: { id: first.id } })
  const { id, ownerId, createdAt, ...input } = first
  const made = await ${at}.create({ body: input })
  const changed = await ${at}.change({ params: { id }, body: {} })
  await ${at}.remove({ params: { id: made.id } })
  return [read.ownerId, ownerId, createdAt, typeof changed]
}`
}
