/** What files can be written for. */
export const TARGETS = ['docker', 'compose', 'kubernetes', 'systemd'] as const
export type Target = (typeof TARGETS)[number]

export interface DeployOptions {
  readonly out?: string
  readonly only?: readonly Target[]
  /** Also over files that were changed. */
  readonly force?: boolean
}
