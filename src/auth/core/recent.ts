import { clockNow } from '../../core/clock.ts'
import type { Identity } from '../identity.ts'

/** By so much two machines may disagree about the time. More in the future is a clock that was wrong when it was written, and no proof of anything. */
const DISAGREEMENT_SECONDS = 300

/** Whether who calls has proved who they are within so many seconds. */
export function isRecent({ authenticatedAt }: Pick<Identity, 'authenticatedAt'>, seconds: number): boolean {
  const age = clockNow() / 1000 - authenticatedAt
  return age <= seconds && age >= -DISAGREEMENT_SECONDS
}
