import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '..', '..')
export const QUICKSTART = join(ROOT, 'examples', 'quickstart')

/** The quickstart as a user has it: a project of its own, with its packages installed and no `.ashlar/` yet. */
export async function newProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ashlar-start-'))
  // Postgres refuses root, so the embedded one may run as another user, who must be able to reach its files.
  await chmod(folder, 0o755)
  await cp(QUICKSTART, folder, { recursive: true, filter: (path) => !path.endsWith('.ashlar') })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'quickstart', private: true, type: 'module' }))
  await installPackages(join(folder, 'node_modules'))
  return folder
}

export async function removeProject(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}

async function installPackages(target: string): Promise<void> {
  const source = join(ROOT, 'node_modules')
  await mkdir(target)
  for (const name of await readdir(source)) {
    if (!name.startsWith('.') && name !== 'ashlar') await symlink(join(source, name), join(target, name))
  }
  await symlink(ROOT, join(target, 'ashlar'))
}
