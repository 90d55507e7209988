/** What the log says of each use. */
export const SYSTEM_USE = "rows are used past the caller's rules"

/** @throws TypeError where it says nothing. */
export function checkReason(reason: unknown): string {
  if (typeof reason === 'string' && reason.trim() !== '') return reason
  throw new TypeError(
    "database.system(reason) says why code goes past the rules, for the log and the audit trail: database.system('nightly clean-up').",
  )
}
