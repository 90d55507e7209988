import { createAnnotation } from '../schema/annotations.ts'

/** What stands for a setting outside of production, as it would stand in the environment. */
export const developmentTexts = createAnnotation<string>()

/**
 * A setting that only production has to be given: elsewhere this text counts where nobody set it. It is read as if it stood in the environment, and can be set in
 * production too; what must not be there is a {@link secretText} with `development`.
 *
 * @example
 * const config = settings(z.object({ publicUrl: inDevelopment('http://localhost:3000', z.url()) }), { env: {} })
 * config.publicUrl   // => 'http://localhost:3000'
 * @throws TypeError where the text is empty, which in the environment would be none.
 */
export function inDevelopment<S extends object>(text: string, schema: S): S {
  if (text === '') throw new TypeError('inDevelopment(text, schema) takes a text as it would stand in the environment.')
  return developmentTexts.add(schema, text)
}
