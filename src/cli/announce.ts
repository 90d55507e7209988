import type { App, Listening } from '../app/app.ts'
import { docsPlaces } from '../app/docs.ts'
import { environmentOf } from '../app/environment.ts'

const SECOND_MS = 1000

/** What is said once an app answers: where it is, and where its documents are. */
export function announcement(app: App, { url }: Listening): string {
  const { definition } = app
  const environment = environmentOf(definition)
  const docs = docsPlaces(definition, environment)
  // Counted from the start of the process, as the person at the terminal waited for it.
  const seconds = (performance.now() / SECOND_MS).toFixed(2)
  return [
    `${definition.title} ${definition.version} runs in ${environment}, after ${seconds} s`,
    `  API   ${url}${definition.api.prefix}`,
    docs === undefined
      ? '  Docs  off; createApp({ docs: true }) serves them in production as well'
      : `  Docs  ${url}${docs.path}`,
  ].join('\n')
}
