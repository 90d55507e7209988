import Negotiator from 'negotiator'

/** How an answer may be compressed, the cheapest first: what is chosen where a client likes several as well. */
export const RESPONSE_CODINGS = ['zstd', 'br', 'gzip'] as const
export type ResponseCoding = (typeof RESPONSE_CODINGS)[number]

interface WithPreference {
  encoding(offered: readonly string[], options: { readonly preferred: readonly string[] }): string | undefined
}

/** Clients send few different headers; one who sends many must not fill memory. */
const REMEMBERED = 64

/** Chooses the coding of answers by `Accept-Encoding`: each header that was seen is read once. */
export class CodingChoice {
  readonly #known = new Map<string, ResponseCoding | undefined>()
  readonly #offered: readonly ResponseCoding[]

  constructor(offered: readonly ResponseCoding[]) {
    this.#offered = offered
  }

  /** `undefined`: it goes as it is. @see RFC 9110 section 12.5.3 */
  for(accepted: string | undefined): ResponseCoding | undefined {
    if (accepted === undefined || accepted === '') return undefined
    if (this.#known.has(accepted)) return this.#known.get(accepted)
    const chosen = this.#choose(accepted)
    if (this.#known.size < REMEMBERED) this.#known.set(accepted, chosen)
    return chosen
  }

  #choose(accepted: string): ResponseCoding | undefined {
    // What the types of the package do not know yet: whom a tie goes to.
    const negotiator = new Negotiator({ headers: { 'accept-encoding': accepted } }) as unknown as WithPreference
    const chosen = negotiator.encoding([...this.#offered, 'identity'], { preferred: this.#offered })
    return this.#offered.find((coding) => coding === chosen)
  }
}
