/** Where an app is in its life, as `/readyz` tells it. */
export type Phase = 'starting' | 'ready' | 'stopping'

/** Whether an app wants requests. Whoever stops it says so first, so that no new ones are sent to it while it still answers. */
export class Availability {
  #phase: Phase = 'starting'

  get phase(): Phase {
    return this.#phase
  }

  /** All parts have started. */
  ready(): void {
    this.#phase = 'ready'
  }

  /** It is going to stop: `/readyz` fails from now on, and all else is answered as before. */
  drain(): void {
    this.#phase = 'stopping'
  }

  /** It has stopped, and can be started again. */
  stopped(): void {
    this.#phase = 'starting'
  }
}
