import { database as postgres } from 'ashlar/data'
import { schema } from './schema.ts'

export const database = postgres({ name: 'fullstack', schema, migrations: new URL('../migrations', import.meta.url) })
