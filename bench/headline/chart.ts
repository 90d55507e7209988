import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Summary } from '../data/summary.ts'

const README = join(import.meta.dirname, '..', '..', 'README.md')
const BEGIN = '<!-- npm run bench:headline writes from here -->'
const END = '<!-- to here -->'
const WIDTH = 48

const TITLES: Readonly<Record<string, string>> = {
  ashlar: 'Ashlar',
  fastify: 'Fastify + pino + jose + Zod + Drizzle',
  fastapi: 'FastAPI + PyJWT + SQLAlchemy async',
}

/** A bar for each, server and PostgreSQL apart. */
export function chart(summaries: readonly Summary[]): string {
  const sorted = summaries.toSorted((a, b) => a.totalMicros - b.totalMicros)
  const most = Math.max(...sorted.map(({ totalMicros }) => totalMicros))
  const cells = (micros: number): number => Math.max(1, Math.round((micros / most) * WIDTH))
  const name = Math.max(...sorted.map(({ server }) => (TITLES[server] ?? server).length))
  return sorted
    .map(({ server, serverMicros, postgresMicros }) => {
      const bar = '█'.repeat(cells(serverMicros)) + '░'.repeat(cells(postgresMicros))
      return `${(TITLES[server] ?? server).padEnd(name)}  ${bar} ${serverMicros.toFixed(0)} + ${postgresMicros.toFixed(0)}`
    })
    .join('\n')
}

/** Puts the chart between its marks in the README. */
export async function writeChart(summaries: readonly Summary[]): Promise<void> {
  const text = await readFile(README, 'utf8')
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)]
  if (before < 0 || after < before) throw new Error(`README.md has no place for the chart: ${BEGIN} … ${END}`)
  const block = `${BEGIN}\n\n\`\`\`text\n${chart(summaries)}\n\`\`\`\n\n`
  await writeFile(README, text.slice(0, before) + block + text.slice(after))
}
