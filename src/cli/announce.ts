import type { App, Listening } from '../app/app.ts'
import { docsPlaces } from '../app/docs.ts'
import { environmentOf } from '../app/environment.ts'

const SECOND_MS = 1000

/** What is said once an app answers: where it is, and where its documents are. */
export function announcement(app: App, listening: Listening): string {
  return `${headline(app)}, after ${secondsSinceStart()} s\n${places(app, listening)}`
}

/** The same for a log, whose lines are one each. */
export function inOneLine(text: string): string {
  return text.replaceAll(/\n\s*/g, '; ').replaceAll(/ {2,}/g, ' ')
}

/** Counted from the start of the process, as the person at the terminal waited for it. */
export function secondsSinceStart(): string {
  return (performance.now() / SECOND_MS).toFixed(2)
}

export function headline({ definition }: App): string {
  return `${definition.title} ${definition.version} runs in ${environmentOf(definition)}`
}

export function places({ definition }: App, { url }: Listening): string {
  const docs = docsPlaces(definition, environmentOf(definition))
  return [
    `  API   ${url}${definition.api.prefix}`,
    docs === undefined
      ? '  Docs  off; createApp({ docs: true }) serves them in production as well'
      : `  Docs  ${url}${docs.path}`,
  ].join('\n')
}
