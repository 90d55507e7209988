import type { Head } from './edge/head.ts'

/** One request as a transport hands it to the kernel: a socket's, or one made in process. */
export interface Incoming {
  readonly head: Head
  /** Reads the whole body, within the limit on bytes received and on bytes after decompression. */
  readBody(limitBytes: number): Promise<Buffer>
  /** The same request as a mounted app sees it. */
  withHead(head: Head): Incoming
}
