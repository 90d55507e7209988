import { createApp, router } from 'ashlar'
import { database } from 'ashlar/data'

export const app = createApp({
  title: 'Two databases',
  version: '1.0.0',
  database: database({ name: 'main' }),
  parts: [database({ name: 'reports' })],
  api: router('/', {}),
})
