import { z } from 'zod'
import type { ServerParts } from './options.ts'

/** A scope, and what it allows in words. */
export const DescribedScope = z.object({ name: z.string(), description: z.string() })

export function describedScopes(
  scopes: readonly string[],
  { scopes: known }: Pick<ServerParts, 'scopes'>,
): readonly z.infer<typeof DescribedScope>[] {
  return scopes.map((name) => ({ name, description: known[name] ?? '' }))
}
