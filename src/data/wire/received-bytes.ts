/** Bytes the server has sent, and how many row sets still read them. */
export class ReceivedBytes {
  readonly bytes: Buffer
  readonly view: DataView
  /** Row sets with frames in it. */
  holders = 0

  constructor(bytes: Buffer) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }
}
