import { createHash } from 'node:crypto'

/** Runs of a text before it is given a name: one that is never seen again costs more prepared than not. */
const RUNS_BEFORE = 2
/** Names of one process at most; of more texts, those that have not run for the longest time are parsed for each run again. */
export const MAX_NAMES = 256
/** Texts that are counted at most, such as those of lists of ever other lengths. */
const MAX_COUNTED = 1024
/** In characters. What is longer is mostly many rows in one INSERT, of ever other lengths, and each connection would keep it. */
export const MAX_NAMED_LENGTH = 16_384
/** What has a plan to keep. Settings, savepoints and the like have none; whoever writes them by hand means the simple protocol. */
const PLANNED = /^[\s(]*(?:select|insert|update|delete|with|merge|values)\b/i
/** Stands for the name of a text that is not to be prepared any more. */
const NEVER = ''

/** Names under which the texts that come again and again are prepared. */
export class StatementNames {
  /** The one used longest ago first. */
  readonly #names = new Map<string, string>()
  readonly #runs = new Map<string, number>()

  /** The text's name; `undefined` where it is to be parsed for this run alone. */
  nameOf(text: string): string | undefined {
    const known = this.#names.get(text)
    if (known !== undefined) {
      this.#names.delete(text)
      this.#names.set(text, known)
      return known === NEVER ? undefined : known
    }
    return isPlanned(text) && this.#comesAgain(text) ? this.#keep(text, nameFor(text, 0)) : undefined
  }

  /**
   * What was prepared under this name does not fit the tables any more. The first time its text gets another one, as after a migration; where that
   * happens again, as with a `search_path` that changes between tables which differ, it has none from then on. Gives what it is called now.
   */
  renew(text: string, name: string | undefined): string | undefined {
    const known = this.#names.get(text)
    // Another run of it was told before, or it was forgotten meanwhile.
    if (known !== name) return known === NEVER ? undefined : known
    const renewed = nameFor(text, 1)
    this.#keep(text, name === renewed ? NEVER : renewed)
    return name === renewed ? undefined : renewed
  }

  #comesAgain(text: string): boolean {
    const runs = (this.#runs.get(text) ?? 0) + 1
    if (runs > RUNS_BEFORE) return this.#runs.delete(text)
    if (this.#runs.size >= MAX_COUNTED) dropFirst(this.#runs)
    this.#runs.set(text, runs)
    return false
  }

  #keep(text: string, name: string): string {
    if (this.#names.size >= MAX_NAMES && !this.#names.has(text)) dropFirst(this.#names)
    this.#names.set(text, name)
    return name
  }
}

/** Several commands in one text cannot be prepared: what might be such is not. */
function isPlanned(text: string): boolean {
  return text.length <= MAX_NAMED_LENGTH && !text.includes(';') && PLANNED.test(text)
}

function nameFor(text: string, generation: number): string {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16)
  return `drizzle_${hash}_${generation}`
}

function dropFirst(map: Map<string, unknown>): void {
  map.delete(map.keys().next().value as string)
}
