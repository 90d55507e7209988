import { createApp, router } from 'ashlar'
import { database } from 'ashlar/data'

export const app = createApp({
  title: 'With a database',
  version: '1.0.0',
  database: database({ migrations: new URL('migrations/', import.meta.url), migrate: 'manual' }),
  api: router('/', {}),
})
