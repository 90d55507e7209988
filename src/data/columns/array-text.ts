/**
 * Reads PostgreSQL's text of an array, `{1,NULL,"a \"b\""}`, nested ones too. Bounds, as in `[0:1]={1,2}`, are skipped. Drizzle's own
 * reader takes NULL for a text and loses backslashes, so it is not used.
 *
 * @see PostgreSQL, "Arrays": Array Input and Output Syntax
 */
export function parseArrayText(text: string, element: (text: string) => unknown): unknown[] {
  return new ArrayText(text, element).read()
}

class ArrayText {
  readonly #text: string
  readonly #element: (text: string) => unknown
  #at: number

  constructor(text: string, element: (text: string) => unknown) {
    this.#text = text
    this.#element = element
    this.#at = text.indexOf('{')
  }

  read(): unknown[] {
    const items: unknown[] = []
    this.#at += 1
    while (this.#at < this.#text.length && this.#text[this.#at] !== '}') {
      items.push(this.#item())
      if (this.#text[this.#at] === ',') this.#at += 1
    }
    this.#at += 1
    return items
  }

  #item(): unknown {
    const first = this.#text[this.#at]
    if (first === '{') return this.read()
    if (first === '"') return this.#element(this.#quoted())
    const bare = this.#bare()
    return bare === 'NULL' ? null : this.#element(bare)
  }

  #quoted(): string {
    const start = this.#at + 1
    let end = start
    while (this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1
    this.#at = end + 1
    return this.#text.slice(start, end).replaceAll(/\\(.)/gs, '$1')
  }

  #bare(): string {
    const start = this.#at
    while (this.#at < this.#text.length && !',}'.includes(this.#text[this.#at] as string)) this.#at += 1
    return this.#text.slice(start, this.#at)
  }
}
