import { SettingsError } from './report.ts'
import { checkSettings } from './settings.ts'

/** What is wrong with settings, of those that have something wrong. */
export function problemsOf(values: object): readonly { variable: string; message: string }[] {
  try {
    checkSettings(values)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}
