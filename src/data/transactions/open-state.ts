/** Whether a transaction still takes statements. Once it ends its connection is somebody else's, and a late one would be saved with their work. */
export class OpenState {
  #isOpen = true

  close(): void {
    this.#isOpen = false
  }

  /** @throws Error once it has begun to end. */
  check(): void {
    if (this.#isOpen) return
    throw new Error(
      'This transaction has ended, and its connection is in other hands: await all that uses it before the handler returns. Where one of several ' +
        'promises fails, Promise.all does not wait for the others; Promise.allSettled does.',
    )
  }
}
