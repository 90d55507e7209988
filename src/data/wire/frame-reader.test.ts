import { describe, expect, test } from 'vitest'
import { FrameReader, frameLength } from './frame-reader.ts'
import { ReceivedBytes } from './received-bytes.ts'

/** What a server sends for a few statements: frames of no, of few and of many bytes. */
const FRAMES = [
  frame('2', ''),
  frame('D', 'first row'),
  frame('D', ''),
  frame('D', 'x'.repeat(40)),
  frame('C', 'SELECT 3\0'),
  frame('Z', 'I'),
]
const STREAM = Buffer.concat(FRAMES)

function frame(type: string, payload: string): Buffer {
  const bytes = Buffer.from(`${type}0000${payload}`)
  bytes.writeUInt32BE(4 + payload.length, 1)
  return bytes
}

/** The frames a reader finds in a stream that is received in these pieces. */
function framesOf(pieces: readonly Buffer[]): Buffer[] {
  const frames: Buffer[] = []
  const reader = new FrameReader(({ bytes }, from, to) => {
    let at = from
    while (to - at >= 5 && frameLength(bytes, at) <= to - at) {
      frames.push(Buffer.from(bytes.subarray(at, at + frameLength(bytes, at))))
      at += frameLength(bytes, at)
    }
    return at
  })
  // As a socket does, which reads into the same memory again.
  const memory = new ReceivedBytes(Buffer.alloc(STREAM.length + 3))
  for (const piece of pieces) {
    memory.bytes.fill(0xff)
    piece.copy(memory.bytes, 3)
    reader.read(memory, 3, 3 + piece.length)
  }
  return frames
}

describe('frames are whole, however the stream was cut', () => {
  test('in one piece', () => {
    expect(framesOf([STREAM])).toEqual(FRAMES)
  })

  test('in two, at any place', () => {
    for (let at = 0; at <= STREAM.length; at += 1) {
      expect(framesOf([STREAM.subarray(0, at), STREAM.subarray(at)]), `cut at ${at}`).toEqual(FRAMES)
    }
  })

  test('in three, at any two places', () => {
    for (let first = 0; first <= STREAM.length; first += 1) {
      for (let second = first; second <= STREAM.length; second += 1) {
        const pieces = [STREAM.subarray(0, first), STREAM.subarray(first, second), STREAM.subarray(second)]
        if (!same(framesOf(pieces))) expect.fail(`cut at ${first} and ${second}`)
      }
    }
  })

  test('in pieces of any one size', () => {
    for (let size = 1; size <= STREAM.length; size += 1) {
      const pieces = Array.from({ length: Math.ceil(STREAM.length / size) }, (_, index) =>
        STREAM.subarray(index * size, (index + 1) * size),
      )
      expect(framesOf(pieces), `pieces of ${size}`).toEqual(FRAMES)
    }
  })
})

function same(frames: readonly Buffer[]): boolean {
  return frames.length === FRAMES.length && frames.every((each, index) => each.equals(FRAMES[index]!))
}
