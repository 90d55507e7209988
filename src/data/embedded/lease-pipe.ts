import { execFileSync } from 'node:child_process'
import { closeSync, constants, lstatSync, openSync, rmSync, writeSync } from 'node:fs'
import { give, type Instance } from './instance.ts'
import type { Hold } from './lease.ts'

/** Holds the supervisor's named pipe open for writing; `undefined` where nobody reads it. */
export function holdPipe({ lease }: Instance): Hold | undefined {
  const pipe = openPipe(lease)
  if (pipe === undefined) return undefined
  return {
    announce: (name) => tryWrite(pipe, `${name}\n`),
    isAnswered: () => isRead(lease),
    end: () => closeSync(pipe),
  }
}

function openPipe(path: string): number | undefined {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENXIO' || code === 'ENOENT') return undefined
    throw error
  }
}

function tryWrite(pipe: number, line: string): void {
  try {
    writeSync(pipe, line)
  } catch {
    // Its reader has just ended; the next look will tell.
  }
}

function isRead(path: string): boolean {
  const pipe = openPipe(path)
  if (pipe !== undefined) closeSync(pipe)
  return pipe !== undefined
}

/** Makes the pipe where it is missing. It stays: a user that outlives its supervisor still holds it, and so counts for the next one. */
export function makePipe({ lease, owner }: Instance): void {
  if (lstatSync(lease, { throwIfNoEntry: false })?.isFIFO()) return
  rmSync(lease, { force: true })
  execFileSync('mkfifo', ['-m', '600', lease])
  give(lease, owner)
}

/** Both ends of the pipe, without waiting for anybody at the other: the read end is for the supervisor. */
export function openBothEnds(path: string): { readonly reader: number; readonly writer: number } {
  const both = openSync(path, constants.O_RDWR)
  try {
    return { reader: openSync(path, constants.O_RDONLY), writer: openSync(path, constants.O_WRONLY) }
  } finally {
    closeSync(both)
  }
}
