import type { App } from '../app/app.ts'
import { configOf, type ConfigSection } from '../app/config.ts'
import { findAppFile } from './app-file.ts'
import { loadApp } from './load-app.ts'
import { print } from './print.ts'
import { table } from './table.ts'

/** `ashlar config`: what holds for the app, and where each value comes from. */
export async function config(file: string | undefined, { json = false }: { readonly json?: boolean }): Promise<void> {
  const app: App = await loadApp(findAppFile(file))
  const sections = configOf(app)
  await print(json ? JSON.stringify(asObject(sections), null, 2) : asText(sections))
}

function asObject(sections: readonly ConfigSection[]): object {
  return Object.fromEntries(
    sections.map(({ title, rows }) => [
      title,
      Object.fromEntries(rows.map(({ name, value, source }) => [name, { value, source }])),
    ]),
  )
}

function asText(sections: readonly ConfigSection[]): string {
  const names = sections.flatMap(({ rows }) => rows.map(({ name }) => name.length))
  const width = Math.max(...names)
  return sections
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => {
      const cells = rows.map(({ name, value, source }) => [name.padEnd(width), value, source])
      return table([title.toUpperCase(), 'VALUE', 'FROM'], cells)
    })
    .join('\n\n')
}
