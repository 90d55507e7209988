import type { InstanceOptions } from '../../data/embedded/instance.ts'

/** What the process of the app tells the one that watches. */
export type FromApp =
  /** It depends on this file. */
  | { readonly type: 'file'; readonly path: string }
  /** It depends on what is in this folder. */
  | { readonly type: 'folder'; readonly path: string }
  /** It answers requests, and may use these embedded servers. */
  | { readonly type: 'ready'; readonly embedded: readonly InstanceOptions[] }

/** What the watching process tells the app. A message rather than a signal, since Ctrl-C reaches both processes. */
export const STOP = 'stop'

/** The exit code of a start that failed for a reason that no change of a file can mend. */
export const FATAL_EXIT = 3
