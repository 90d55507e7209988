import type { Issue } from '../../core/errors/index.ts'
import type { PasswordOptions } from '../core/options.ts'
import { isGuessable, wordsIn } from './guessable.ts'

type Problem = Pick<Issue, 'code' | 'message' | 'context'>

interface Policy extends Omit<PasswordOptions, 'minLength'> {
  readonly minLength?: number | undefined
  readonly appName: string
  /** Whose it will be. */
  readonly user: Readonly<Record<string, unknown>>
}

const MIN_LENGTH = 15
const MAX_NAME_LENGTH = 100

/** What is wrong with a new password (NIST SP 800-63B section 3.1.1.2); `undefined` where nothing is. */
export async function passwordProblem(given: string, policy: Policy): Promise<Problem | undefined> {
  const password = given.normalize('NFKC')
  const { minLength = MIN_LENGTH } = policy
  // In characters as people count them, whatever units the language stores them in.
  if (Array.from(password).length < minLength)
    return {
      code: 'password_too_short',
      message: `A password has at least ${minLength} characters. Several words in a row are easy to remember.`,
      context: { min_length: minLength },
    }
  if (isGuessable(password, wordsIn([policy.appName, ...(policy.contextWords ?? []), ...namesOf(policy.user)])))
    return {
      code: 'password_guessable',
      message:
        'This password is among those that are tried first: a common one, a row of keys, a repetition, or a name of yours or of the app. Choose another one.',
    }
  if ((await policy.isBreached?.(given)) === true)
    return { code: 'password_breached', message: 'This password is known to be in other hands. Choose another one.' }
  return undefined
}

/** What the user is called, in whatever columns: not ids, times and the like. */
function namesOf(user: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(user).flatMap(([key, value]) =>
    typeof value === 'string' && value.length <= MAX_NAME_LENGTH && !/(?:Id|At)$|^id$/.test(key)
      ? [localPart(value)]
      : [],
  )
}

/** Of an address; the domain is many people's. */
function localPart(text: string): string {
  return text.includes('@') ? text.slice(0, text.lastIndexOf('@')) : text
}
