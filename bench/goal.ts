/** One goal of a benchmark, as a line that people and scripts read. */
export interface Goal {
  readonly name: string
  readonly measured: string
  readonly asked: string
  readonly holds: boolean
}

export function goalLine({ name, measured, asked, holds }: Goal): string {
  return `goal ${name}: measured ${measured}, asked ${asked}, ${holds ? 'holds' : 'falls short'}`
}

/** Prints the goals last. One that falls short makes the command fail. */
export function printGoals(goals: readonly Goal[]): void {
  console.log('')
  for (const goal of goals) console.log(goalLine(goal))
  if (goals.some((goal) => !goal.holds)) process.exitCode = 1
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
