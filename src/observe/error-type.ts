import { AshlarError } from '../core/errors/index.ts'

/** The code of an error, or the name of its class: one of few, and nothing of what it says. */
export function errorType(error: unknown): string {
  if (error instanceof AshlarError) return error.code
  return error instanceof Error ? error.constructor.name : typeof error
}
