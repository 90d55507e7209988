import { checkUrl } from '../connect-error.ts'
import type { DatabaseOptions } from '../database-options.ts'
import { DEFAULT_NAME } from '../location.ts'
import { Consistency } from './consistency.ts'
import type { ReadTarget } from './read-target.ts'
import { Replica } from './replica.ts'
import { Replicas } from './replicas.ts'

type Declared = Pick<DatabaseOptions, 'url' | 'replicas' | 'name'>

/** The replicas of a database, where it has any. The environment's are those of the environment's database. */
export function connectReplicas(
  primary: ReadTarget,
  { url, replicas, name = DEFAULT_NAME }: Declared,
  connect: (url: string) => ReadTarget,
): Replicas | undefined {
  const urls = replicas ?? (url === undefined ? listed(process.env.DATABASE_REPLICA_URLS) : [])
  if (urls.length === 0) return undefined
  const found = urls.map((each) => new Replica(connect(checkUrl(each))))
  return new Replicas(primary, found, new Consistency(name))
}

function listed(text = ''): readonly string[] {
  return text.split(/[\s,]+/).filter((each) => each !== '')
}
