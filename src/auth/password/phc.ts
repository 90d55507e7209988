import { Buffer } from 'node:buffer'

/** Cost of Argon2 (RFC 9106). */
export interface Argon2Cost {
  readonly memoryKiB: number
  readonly passes: number
  readonly parallelism: number
}

/** A stored password hash, taken apart. */
export interface PasswordHash extends Argon2Cost {
  readonly salt: Buffer
  readonly hash: Buffer
}

const PHC =
  /^\$argon2id\$v=19\$m=([1-9][0-9]{0,6}),t=([1-9][0-9]?),p=([1-9][0-9]?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/
/** 1 GiB: a hash that asks for more was not made here, and would end the process. */
const MAX_MEMORY_KIB = 1_048_576

/** The PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. */
export function formatPhc({ memoryKiB, passes, parallelism, salt, hash }: PasswordHash): string {
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`
}

/** @throws TypeError where the text is no Argon2id hash. It is not quoted: whatever it is, it came from the password column. */
export function parsePhc(text: string): PasswordHash {
  const parts = PHC.exec(text)
  const memoryKiB = Number(parts?.[1])
  if (parts === null || memoryKiB > MAX_MEMORY_KIB)
    throw new TypeError(
      'The stored password hash is no Argon2id hash in PHC form, such as $argon2id$v=19$m=19456,t=2,p=1$salt$hash.',
    )
  const [, , passes, parallelism, salt = '', hash = ''] = parts
  return {
    memoryKiB,
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
