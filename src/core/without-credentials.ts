import { REDACTED } from './secret.ts'

/** A text that is shown: where it is an address, without the name and password in it. `postgres://[redacted]@host/db` */
export function withoutCredentials(text: string): string {
  const url = URL.parse(text)
  if (url === null || url.host === '') {
    // Where its parts end nobody knows: all before the last @ may be a password.
    return text.replace(/\/\/.*@/s, `//${REDACTED}@`)
  }
  const shown = text.replaceAll(/\/\/[^/?#]*@/g, `//${REDACTED}@`)
  const hasCredentials = url.username !== '' || url.password !== ''
  return hasCredentials && shown === text ? REDACTED : shown
}
