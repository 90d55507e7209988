import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** The system user the server runs as, where it cannot be the process's own. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/**
 * PostgreSQL refuses to run as root. Then it runs as the owner of the project, so that root and that user share one database,
 * and otherwise as the system's `postgres` or `nobody`.
 */
export function serverOwner(projectRoot: string): Owner | undefined {
  if (process.geteuid?.() !== 0) return undefined
  const { uid, gid } = statSync(projectRoot)
  if (uid !== 0) return { uid, gid }
  return systemUser('postgres') ?? systemUser('nobody') ?? { uid: 65534, gid: 65534 }
}

function systemUser(name: string): Owner | undefined {
  const fields = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find((line) => line[0] === name)
  return fields === undefined ? undefined : { uid: Number(fields[2]), gid: Number(fields[3]) }
}

/** Whether `owner` may pass through every folder above `path`. By mode bits: the answer must be the same for every process. */
export function canReach(path: string, owner: Owner): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder)
    const execute = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001
    if ((mode & execute) === 0) return false
    if (dirname(folder) === folder) return true
  }
}
