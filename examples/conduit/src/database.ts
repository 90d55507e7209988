import { database as postgres } from 'ashlar/data'

export const database = postgres({ name: 'conduit', migrations: new URL('../migrations', import.meta.url) })
