import type { App } from '../app/app.ts'
import { docsPlaces } from '../app/docs.ts'
import { environmentOf } from '../app/environment.ts'
import { explain } from './explain.ts'
import { printError } from './print.ts'

/**
 * Makes the document once the app answers, so that its mistakes, such as one name for two schemas, are told before somebody opens the docs
 * page; and the page opens at once. Not in production: the document is made there when it is asked for.
 */
export async function checkDocument(app: App): Promise<void> {
  const environment = environmentOf(app.definition)
  if (environment === 'production' || docsPlaces(app.definition, environment) === undefined) return
  try {
    app.openapi()
  } catch (error) {
    await printError(`The docs page cannot be shown, since the OpenAPI document cannot be made.\n${explain(error)}`)
  }
}
