/**
 * A JSON body that is written already, by something compiled from the declared response: it is sent as it is, and not checked again.
 *
 * @internal
 */
export class JsonBytes {
  readonly bytes: Uint8Array | string

  constructor(bytes: Uint8Array | string) {
    this.bytes = bytes
  }
}
