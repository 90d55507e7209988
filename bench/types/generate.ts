import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { clientFile } from './client-source.ts'
import { OPERATIONS_PER_ROUTER, routerFile, routerName } from './router-source.ts'

export const GENERATED = join(import.meta.dirname, 'generated')

const SHARED = `import { z } from 'zod'
import { dependency } from 'ashlar'
import { defineError } from 'ashlar/errors'

export const OutOfStock = defineError({ code: 'out_of_stock', status: 409, title: 'Out of stock', data: z.object({ left: z.int() }) })
export const Locked = defineError({ code: 'locked', status: 409, title: 'Locked by someone else' })

export const clock = dependency({ scope: 'app' }, () => ({ now: (): string => new Date().toISOString() }))
export const page = dependency(
  { query: z.object({ limit: z.int().max(100).default(20), cursor: z.string().optional() }) },
  ({ query }) => query,
)
export const tenant = dependency({ headers: z.object({ 'x-tenant': z.string().min(1).default('main') }) }, ({ headers }) => ({
  name: headers['x-tenant'],
}))

export class Store {
  readonly tenant: string
  readonly now: string
  constructor(tenant: string, now: string) {
    this.tenant = tenant
    this.now = now
  }
}
export const store = dependency({ uses: { tenant, clock } }, ({ tenant, clock }) => new Store(tenant.name, clock.now()))
export const unit = dependency({ uses: { store }, errors: [Locked] }, function* ({ store }) {
  yield { of: store.tenant, commit: (): void => undefined }
})
`

/**
 * Writes an app of so many operations, a router for each ten, with a client that calls all of them, as a project of its own.
 * With none it holds the same imports and shared parts, which is what the libraries cost by themselves.
 */
export async function generateApp(operations: number): Promise<string> {
  const folder = join(GENERATED, String(operations))
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const routers = Array.from({ length: operations / OPERATIONS_PER_ROUTER }, (_, index) => index)
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)
  await write('tsconfig.json', JSON.stringify({ extends: '../../../../tsconfig.json', include: ['*.ts'], exclude: [] }))
  await write('shared.ts', SHARED)
  await write('app.ts', appFile(routers))
  await write('client.ts', clientFile(routers))
  for (const index of routers) await write(`${routerName(index)}.ts`, routerFile(index))
  return folder
}

function appFile(routers: readonly number[]): string {
  const imports = routers.map((index) => `import { ${routerName(index)} } from './${routerName(index)}.ts'`)
  const children = routers.map((index) => `  ${routerName(index)},`)
  return [
    `import { createApp, router } from 'ashlar'`,
    ...imports,
    '',
    `export const app = createApp({ title: 'Generated', version: '1.0.0', api: router('/api', {`,
    ...children,
    `}) })`,
    `export type Api = typeof app.api`,
    '',
  ].join('\n')
}
