import { declaredLength } from './response-lines.ts'

/** A stream whose length was announced fails where it has another: what is too much would be read as the next response. */
export function measured(
  body: ReadableStream<Uint8Array>,
  headers: ReadonlyMap<string, string>,
): ReadableStream<Uint8Array> {
  const length = declaredLength(headers)
  if (length === undefined) return body
  let left = length
  const wrong = (): Error => new Error(`The body of the response has not the ${length} bytes its Content-Length says.`)
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        left -= Buffer.byteLength(chunk)
        if (left < 0) throw wrong()
        controller.enqueue(chunk)
      },
      flush() {
        if (left > 0) throw wrong()
      },
    }),
  )
}
