import { database as postgres } from 'ashlar/data'
import { schema } from './schema.ts'

export const database = postgres({ name: 'conduit', schema, migrations: new URL('../migrations', import.meta.url) })
