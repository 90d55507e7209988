import type { Outcome } from '../core/middleware.ts'
import { checkHeader } from './edge/header-value.ts'

/** What policies say on whatever the answer will be, an error's too. */
export class AnswerHeaders {
  #headers: Map<string, string> | undefined
  #members: Map<string, string> | undefined

  set(name: string, value: string): void {
    const key = name.toLowerCase()
    checkHeader(key, value)
    this.#headers ??= new Map()
    this.#headers.set(key, value)
  }

  /** Adds a member to a header that is a list. */
  join(name: string, value: string): void {
    this.#members ??= new Map()
    joinMember(this.#members, name, value)
  }

  addTo({ headers }: Outcome): void {
    for (const [name, value] of this.#headers ?? []) headers.set(name, value)
    for (const [name, value] of this.#members ?? []) joinMember(headers, name, value)
  }
}

function joinMember(headers: Map<string, string>, name: string, value: string): void {
  const before = headers.get(name)
  headers.set(name, before === undefined ? value : `${before}, ${value}`)
}
