/**
 * The time by which it is decided whether something still holds, in milliseconds since the epoch: that of the system, and never less than what has passed since the
 * process began. So a clock that is set back brings nothing to life that has ended. Set forward, it ends things early; and a process that sleeps with its machine
 * has the time when it wakes.
 *
 * Not for durations: those are of `performance.now()`.
 */
export function clockNow(): number {
  return Math.max(Date.now(), performance.timeOrigin + performance.now())
}

/** How far the system's clock was set back since the process began, in milliseconds; about 0 where it was not. */
export function clockSetBackMs(): number {
  return performance.timeOrigin + performance.now() - Date.now()
}
