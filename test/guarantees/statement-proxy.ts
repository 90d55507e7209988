import { databaseRelay, type DatabaseRelay } from '../../src/data/database-relay.fixture.ts'

/** A way to a database that reads along: the text of every statement that is sent to it. */
export interface StatementProxy extends DatabaseRelay {
  /** Of the statements so far, each once. */
  readonly texts: ReadonlySet<string>
}

export async function statementProxy(target: string): Promise<StatementProxy> {
  const texts = new Set<string>()
  const relay = await databaseRelay(target, () => {
    const read = messageReader((type, body) => textsIn(type, body).forEach((text) => texts.add(text)))
    return (bytes, from) => {
      if (from === 'client') read(bytes)
      return true
    }
  })
  return { ...relay, texts }
}

const LENGTH_BYTES = 4

/** PostgreSQL's protocol, from the client: a first message without a type, then each with type and length. */
function messageReader(seen: (type: string, body: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let started = false
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    for (;;) {
      const at = started ? 1 : 0
      if (rest.length < at + LENGTH_BYTES) return
      const end = at + rest.readInt32BE(at)
      if (rest.length < end) return
      if (started) seen(String.fromCharCode(rest[0]!), rest.subarray(at + LENGTH_BYTES, end))
      started = true
      rest = rest.subarray(end)
    }
  }
}

/** What names of prepared statements are made of. */
const COUNTED = /^(?:ashlar_\d+)?$/

/** Parse has a name and a text, Query a text alone. A name is looked at too, unless it is a number. */
function textsIn(type: string, body: Buffer): readonly string[] {
  if (type === 'Q') return [body.subarray(0, -1).toString()]
  if (type !== 'P') return []
  const end = body.indexOf(0)
  const [name, text] = [body.subarray(0, end), body.subarray(end + 1, body.indexOf(0, end + 1))].map(String)
  return COUNTED.test(name!) ? [text!] : [name!, text!]
}
