import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** Linux counts CPU time for user space in ticks of 10 ms on every architecture (`USER_HZ`). */
const TICK_MS = 10

interface ProcessStat {
  readonly parent: number
  readonly cpuMs: number
}

/** See proc_pid_stat(5). The command name, in parentheses, may itself contain spaces: fields are counted after it. */
function readStat(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS }
  } catch {
    return undefined
  }
}

/** A process and all that descend from it. */
export function processTree(root: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const pid = Number(name)
    const stat = Number.isInteger(pid) ? readStat(pid) : undefined
    if (stat !== undefined) children.set(stat.parent, [...(children.get(stat.parent) ?? []), pid])
  }
  const tree = [root]
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/** User and system time the processes have used so far. */
export function cpuMsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (readStat(pid)?.cpuMs ?? 0), 0)
}

/** Proportional set size: shared pages are divided among those that share them, so that a database's processes can be added up. */
export function memoryMiBOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + memoryKiB(pid), 0) / 1024
}

function memoryKiB(pid: number): number {
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0)
  } catch {
    return 0
  }
}

export function isInstalled(command: string): boolean {
  try {
    execFileSync('which', [command], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The command kept on one core, where the machine has several and the means to do so. */
export function pinned(core: number, command: readonly string[]): readonly string[] {
  return core < availableParallelism() && isInstalled('taskset') ? ['taskset', '-c', String(core), ...command] : command
}

/**
 * Time on a core of all threads that live, in milliseconds, from the scheduler's own count in nanoseconds: fine enough for short runs and for
 * the many small processes of a database. See proc_pid_schedstat in the kernel's sched-stats documentation.
 */
export function scheduledMsOf(pid: number): number {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`)
    const nanoseconds = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    )
    return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6
  } catch {
    return 0
  }
}
