// RFC 6749 section 3.3.
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** The scopes of an authorization server, by name, with what each allows in words for the consent page and the documentation. */
export type ScopeDescriptions = Readonly<Record<string, string>>

/** @throws TypeError where a name cannot be one. */
export function checkScopeNames(scopes: ScopeDescriptions): void {
  const names = Object.keys(scopes)
  if (names.length === 0)
    throw new TypeError(
      'authorizationServer({ scopes }): there is none. Write for example scopes: { read: "Read your posts" }.',
    )
  const wrong = names.find((name) => !SCOPE_TOKEN.test(name))
  if (wrong !== undefined)
    throw new TypeError(
      `authorizationServer({ scopes }): ${JSON.stringify(wrong)} is no scope; it has printable ASCII but space, quote and backslash.`,
    )
  if (names.includes('*'))
    throw new TypeError('authorizationServer({ scopes }): "*" means no limit at all, and is not for other apps.')
}

/** The scopes of a request, each once; `undefined` where the text is not a list of them. */
export function scopesOf(text: string): readonly string[] | undefined {
  const names = [...new Set(text.split(' ').filter((name) => name !== ''))]
  return names.every((name) => SCOPE_TOKEN.test(name)) ? names : undefined
}

/** Whether all of these are among those. */
export function areWithin(scopes: readonly string[], allowed: readonly string[]): boolean {
  return scopes.every((scope) => allowed.includes(scope))
}
