/** An element of an array's text: null for NULL. */
export type ArrayElements<Element> = (Element | null | ArrayElements<Element>)[]

/**
 * Reads PostgreSQL's text of an array, of any dimensions: `{1,NULL,"a \"b\""}`. Lower bounds (`[0:1]={…}`) are left out, as JSON has none.
 *
 * @see https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function readArray<Element>(text: string, read: (element: string) => Element): ArrayElements<Element> {
  const open = text.indexOf('{')
  if (open < 0) throw new SyntaxError('The text is not that of an array.')
  return new ArrayReader(text, read, open + 1).elements()
}

class ArrayReader<Element> {
  readonly #text: string
  readonly #read: (element: string) => Element
  #at: number

  constructor(text: string, read: (element: string) => Element, at: number) {
    this.#text = text
    this.#read = read
    this.#at = at
  }

  /** From behind the opening brace to behind the closing one. */
  elements(): ArrayElements<Element> {
    const elements: ArrayElements<Element> = []
    for (;;) {
      const character = this.#text[this.#at]
      if (character === undefined) throw new SyntaxError('The text of an array ends too early.')
      if (character === '}' || character === ',') this.#at += 1
      if (character === '}') return elements
      if (character !== ',') elements.push(this.#element(character))
    }
  }

  #element(first: string): Element | null | ArrayElements<Element> {
    if (first === '{') {
      this.#at += 1
      return this.elements()
    }
    if (first === '"') return this.#read(this.#quoted())
    const end = this.#unquotedEnd()
    const element = this.#text.slice(this.#at, end)
    this.#at = end
    return element === 'NULL' ? null : this.#read(element)
  }

  #unquotedEnd(): number {
    let end = this.#at
    while (end < this.#text.length && this.#text[end] !== ',' && this.#text[end] !== '}') end += 1
    return end
  }

  #quoted(): string {
    const text = this.#text
    let from = this.#at + 1
    let element = ''
    for (let at = from; at < text.length; at += 1) {
      const character = text[at]
      if (character === '\\') {
        element += text.slice(from, at)
        at += 1
        from = at
      } else if (character === '"') {
        this.#at = at + 1
        return element + text.slice(from, at)
      }
    }
    throw new SyntaxError('The text of an array ends within quotes.')
  }
}
