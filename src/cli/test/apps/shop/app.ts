import { createApp, router } from 'ashlar'
import { database } from 'ashlar/data'

export const shop = database({ migrations: new URL('migrations/', import.meta.url) })
export const app = createApp({ title: 'Shop', version: '1.0.0', database: shop, api: router('/', {}) })
