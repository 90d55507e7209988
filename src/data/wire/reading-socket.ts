import { Socket } from 'node:net'
import type { FrameReader } from './frame-reader.ts'
import { ReadBuffers } from './read-buffers.ts'

/** A socket that reads into memory which is used again. It emits no `data`. */
export function readingSocket(reader: FrameReader): Socket {
  const buffers = new ReadBuffers()
  const callback = (received: number): boolean => {
    const start = buffers.advance(received)
    reader.read(buffers.current, start, start + received)
    return true
  }
  return new Socket({ onread: { buffer: () => buffers.room(), callback } })
}
