// The list as a user of Ashlar writes it: a token, a table, a rule.
import { createApp, router } from 'ashlar'
import { owner } from 'ashlar/access'
import { jwtBearer } from 'ashlar/auth'
import { database, resource } from 'ashlar/data'
import * as schema from '../data/ashlar-tables.ts'

const token = jwtBearer({ secret: process.env['JWT_SECRET']!, user: ({ sub }) => ({ id: String(sub) }) })

const items = resource(schema.items, {
  database: database({ schema }),
  access: { read: owner('ownerId') },
  list: { filter: { status: ['eq'] }, sort: ['createdAt'], defaultSort: ['-createdAt'] },
})

const app = createApp({
  title: 'Benchmark',
  version: '1.0.0',
  allowedHosts: ['127.0.0.1'],
  auth: [token],
  metrics: true,
  api: router('', { items }),
})

await app.listen()
