import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a program is, of those that not every machine has. */
export function programPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether this process may put a file system of its own into a folder. */
export function mayMount(folder: string): boolean {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return false
  if (!mountMemory(folder, 1)) return false
  unmount(folder)
  return true
}

/** Mounts so many MiB of memory. */
export function mountMemory(folder: string, mebibytes: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=755`, 'tmpfs', folder]).status === 0
}

export function unmount(folder: string): void {
  spawnSync('umount', [folder])
}
