/** Fields of a query or a form: a string, or all of them in order where the name is repeated. Without a prototype. */
export type Fields = Record<string, string | string[]>

export interface UrlencodedOptions {
  /** Pairs accepted, repetitions counted. */
  readonly maxFields: number
  /** Makes the error for what is not accepted; `reason` is a sentence's end such as `has a percent escape that ...`. */
  readonly refuse: (reason: string) => Error
}

/**
 * Parses `application/x-www-form-urlencoded`: `+` is a space, `a[b]` is a name like any other, empty pairs are skipped.
 *
 * @throws What `refuse` makes, for invalid escapes, escapes that are not UTF-8, NUL (no database stores it) and too many pairs.
 * @see https://url.spec.whatwg.org/#urlencoded-parsing, which replaces what is refused here
 */
export function parseUrlencoded(text: string, options: UrlencodedOptions): Fields {
  const fields = emptyFields()
  let count = 0
  let start = 0
  while (start < text.length) {
    let end = text.indexOf('&', start)
    if (end === -1) end = text.length
    if (end > start) {
      if (++count > options.maxFields) throw options.refuse(`has more than ${options.maxFields} fields`)
      const equals = text.indexOf('=', start)
      const split = equals === -1 || equals > end ? end : equals
      const name = decode(text.slice(start, split), options)
      addField(fields, name, split === end ? '' : decode(text.slice(split + 1, end), options))
    }
    start = end + 1
  }
  return fields
}

/** Made by a constructor whose prototype is empty: names are as safe as without a prototype, and look-ups stay fast. */
const EmptyFields = function (this: Fields) {} as unknown as new () => Fields
EmptyFields.prototype = Object.freeze(Object.create(null))

/** No prototype but an empty one, so that `__proto__` is a name like any other. */
export function emptyFields(): Fields {
  return new EmptyFields()
}

export function addField(fields: Fields, name: string, value: string): void {
  const present = fields[name]
  if (present === undefined) fields[name] = value
  else if (typeof present === 'string') fields[name] = [present, value]
  else present.push(value)
}

function decode(raw: string, { refuse }: UrlencodedOptions): string {
  const spaced = raw.includes('+') ? raw.replaceAll('+', ' ') : raw
  let text = spaced
  if (spaced.includes('%')) {
    try {
      text = decodeURIComponent(spaced)
    } catch {
      throw refuse('has a percent escape that is incomplete or is not UTF-8')
    }
  }
  if (text.includes('\0')) throw refuse('has a NUL character')
  return text
}
