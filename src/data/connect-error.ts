/** Runs the first connection to a database; where there is none, the error says which database, why, and what to correct. */
export async function firstConnection<T>(url: string, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect()
  } catch (error) {
    if (reasonOf(error).startsWith('unsupported startup parameter'))
      throw new Error(behindPooler(url), { cause: error })
    throw new Error(
      `The database ${placeOf(url)} cannot be used: ${reasonOf(error)}. ` +
        'Start it, or correct DATABASE_URL (or the url of database({ url })): postgres://user:password@host:5432/name.',
      { cause: error },
    )
  }
}

/** What pgbouncer says to settings of a session. */
function behindPooler(url: string): string {
  return (
    `The database ${placeOf(url)} is behind a pooler that keeps nothing for a session. Say so: database({ pooler: 'transaction' }), ` +
    'and name the server itself in DATABASE_DIRECT_URL, for migrations.'
  )
}

/** @throws TypeError where the text is not one `pg` connects with as it was meant. The text itself can hold a password and is not repeated. */
export function checkUrl(url: string): string {
  // A path is that of a Unix socket.
  if (/^(?:postgres(?:ql)?:\/\/|socket:|\/)/.test(url)) return url
  const scheme = /^[a-z][\w+.-]*(?=:\/\/)/i.exec(url)?.[0]
  throw new TypeError(
    `A database's URL ${scheme === undefined ? 'begins with postgres://' : `begins with postgres://, not ${scheme}://`}. ` +
      'Write DATABASE_URL (or the url of database({ url })) as postgres://user:password@host:5432/name.',
  )
}

/** Host, port and name: never the password. */
function placeOf(url: string): string {
  const found = URL.canParse(url) ? new URL(url) : undefined
  if (found === undefined) return 'that is named'
  const host = found.searchParams.get('host') ?? found.host
  const name = decodeURIComponent(found.pathname.slice(1))
  return `${name === '' ? '' : `"${name}" `}at ${host === '' ? 'localhost' : host}`
}

/** Node tries every address of a name, and its error for all of them has no message. */
function reasonOf(error: unknown): string {
  const { errors: [first] = [], message } = error as { readonly errors?: readonly unknown[]; readonly message?: string }
  if (message === '' && first !== undefined) return reasonOf(first)
  return message ?? String(error)
}
