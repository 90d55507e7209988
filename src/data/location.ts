import { checkUrl } from './connect-error.ts'
import { databaseName, findProject, type Project } from './embedded/project.ts'
import { ensureDatabase } from './embedded/app-database.ts'
import { instanceIn, type InstanceOptions } from './embedded/instance.ts'
import { joinServer } from './embedded/server.ts'

interface LocationOptions {
  readonly url?: string
  readonly name: string
  readonly embedded?: boolean | InstanceOptions
}

/** A database that can be connected to. */
export interface Located {
  readonly url: string
  /** Whether it is the project's own server. */
  readonly embedded: boolean
  /** Ends this process's use of an embedded server; nothing for any other. */
  leave(): Promise<void>
}

export const DEFAULT_NAME = 'database'

/** Finds the database to use: the given URL, else `DATABASE_URL`, else the project's embedded server, which is started for it. */
export async function locate({ url = process.env.DATABASE_URL, name, embedded }: LocationOptions): Promise<Located> {
  if (url !== undefined && url !== '') return { url: checkUrl(url), embedded: false, leave: () => Promise.resolve() }
  if (process.env.NODE_ENV === 'production' && !isAskedFor(embedded)) throw new Error(NOT_IN_PRODUCTION)
  const project = findProject()
  const { endpoint, leave } = await joinServer(instanceIn(project, typeof embedded === 'object' ? embedded : {}))
  try {
    return { url: await ensureDatabase(endpoint, appDatabaseName(project, name)), embedded: true, leave }
  } catch (error) {
    await leave()
    throw error
  }
}

const NOT_IN_PRODUCTION =
  'In production the database must be named: set DATABASE_URL to a PostgreSQL server, such as postgres://user:password@host:5432/app. ' +
  'To run the embedded one on this machine on purpose, set ASHLAR_EMBEDDED=1 or write database({ embedded: true }).'

/** A database made by accident in a container's file system is gone with the container. */
function isAskedFor(embedded: LocationOptions['embedded']): boolean {
  return (embedded !== undefined && embedded !== false) || process.env.ASHLAR_EMBEDDED === '1'
}

/** The project's name, and that of the database where it has several. */
function appDatabaseName(project: Project, name: string): string {
  return databaseName(name === DEFAULT_NAME ? project.name : `${project.name}_${name}`)
}
