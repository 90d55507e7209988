export const OPERATIONS_PER_ROUTER = 10
export const ENTITIES_PER_ROUTER = 2

export function routerName(index: number): string {
  return `area${index}`
}

export function entityName(router: number, entity: number): string {
  return `${['order', 'ticket'][entity]!}${router}`
}

/** Fields that differ from entity to entity in kind and number, so that no two schemas share an instantiation. */
const FIELD_KINDS = [
  'z.string().min(1).max(200)',
  'z.int().min(0)',
  'z.boolean().default(false)',
  'z.email()',
  "z.enum(['draft', 'open', 'closed'])",
  'z.array(z.string().max(30)).max(10)',
  'z.number().nullable()',
  'z.url().optional()',
  'z.object({ street: z.string(), city: z.string(), zip: z.string().optional() })',
  "z.discriminatedUnion('kind', [z.object({ kind: z.literal('card'), last4: z.string() }), z.object({ kind: z.literal('cash') })])",
  'z.iso.datetime()',
  'z.record(z.string(), z.int())',
]

function fieldsOf(seed: number): readonly string[] {
  const count = 6 + (seed % 5)
  return Array.from(
    { length: count },
    (_, i) => `  f${seed}_${i}: ${FIELD_KINDS[(seed * 7 + i * 5) % FIELD_KINDS.length]!},`,
  )
}

/** Ten operations: for each of two entities list, read, create, change and remove. */
export function routerFile(index: number): string {
  const entities = Array.from({ length: ENTITIES_PER_ROUTER }, (_, entity) => entitySource(index, entity))
  const children = Array.from({ length: ENTITIES_PER_ROUTER }, (_, entity) => entityName(index, entity))
  return [
    `import { z } from 'zod'`,
    `import { reply, route, router } from 'ashlar'`,
    `import { anyOf, anyone, authenticated, role, scope } from 'ashlar/access'`,
    `import { Conflict, NotFound } from 'ashlar/errors'`,
    `import { clock, Locked, OutOfStock, page, store, tenant, unit } from './shared.ts'`,
    ...entities,
    `export const ${routerName(index)} = router('/${routerName(index)}', { tags: ['${routerName(index)}'] }, { ${children.join(', ')} })`,
    '',
  ].join('\n')
}

function entitySource(index: number, entity: number): string {
  const name = entityName(index, entity)
  const Type = name.charAt(0).toUpperCase() + name.slice(1)
  const fields = fieldsOf(index * ENTITIES_PER_ROUTER + entity).join('\n')
  return `
const New${Type} = z.object({
${fields}
})
const ${Type} = New${Type}.extend({ id: z.uuid(), ownerId: z.string(), createdAt: z.string() })
type ${Type} = z.output<typeof ${Type}>
const ${Type}Id = z.object({ id: z.uuid() })

function some${Type}(input: z.output<typeof New${Type}>, ownerId: string, createdAt: string): ${Type} {
  return { ...input, id: crypto.randomUUID(), ownerId, createdAt }
}
const ${name}s = new Map<string, ${Type}>()
function find${Type}(id: string): ${Type} {
  const found = ${name}s.get(id)
  if (found === undefined) throw new NotFound('No ${name} ' + id)
  return found
}

const ${name} = router('/${name}', {
  list: route.get('/', {
    access: anyone, uses: { page, store },
    query: z.object({ search: z.string().max(100).optional(), sort: z.enum(['createdAt', 'ownerId']).default('createdAt'), open: z.boolean().optional() }),
    response: z.object({ items: z.array(${Type}), next: z.string().nullable() }), summary: 'List ${name}s',
  }, ({ page, query, store }) => {
    const items = [...${name}s.values()].filter((item) => query.search === undefined || item.ownerId.includes(query.search + store.tenant))
    return { items: items.slice(0, page.limit), next: page.cursor ?? null }
  }),
  read: route.get('/:id', {
    access: authenticated, params: ${Type}Id, uses: { tenant }, response: ${Type}, errors: [NotFound],
  }, ({ params, user, tenant }) => ({ ...find${Type}(params.id), ownerId: String(user.id) + tenant.name })),
  create: route.post('/', {
    access: authenticated, body: New${Type}, uses: { store, unit }, response: ${Type}, status: 201, errors: [Conflict, OutOfStock],
  }, ({ body, user, store, unit }) => {
    const made = some${Type}(body, String(user.id), store.now)
    if (${name}s.has(made.id)) throw new OutOfStock('Gone', { data: { left: 0 } })
    unit.commit()
    return made
  }),
  change: route.patch('/:id', {
    access: anyOf(role('admin'), role('editor')), params: ${Type}Id, body: New${Type}.partial(), uses: { unit },
    response: { 200: ${Type}, 202: z.object({ accepted: z.boolean() }) }, errors: [NotFound, Locked],
  }, ({ params, body, user, unit }) => {
    unit.commit()
    if (Object.keys(body).length === 0) return reply(202, { accepted: user.id !== '' })
    return reply(200, find${Type}(params.id))
  }),
  remove: route.delete('/:id', {
    access: anyOf(role('admin'), scope('${name}:delete')), params: ${Type}Id, uses: { clock }, errors: [NotFound, OutOfStock],
  }, ({ params, log, clock }) => {
    log.info({ at: clock.now(), removed: ${name}s.delete(params.id) })
  }),
})
`
}
