/** Where an app is in its life, as `/readyz` tells it. */
export type Phase = 'starting' | 'ready' | 'stopping'

/** Whether an app wants requests. Whoever stops it says so first, so that no new ones are sent to it while it still answers. */
export class Availability {
  #phase: Phase = 'starting'
  #endsConnections = false

  get phase(): Phase {
    return this.#phase
  }

  /** Whether answers end their connections: one that is closed while it is idle may meet a request on its way. */
  get endsConnections(): boolean {
    return this.#endsConnections
  }

  /** All parts have started. */
  ready(): void {
    this.#phase = 'ready'
  }

  /** It is going to stop: `/readyz` fails from now on, answers end their connections, and all else is as before. */
  drain(): void {
    this.#phase = 'stopping'
    this.#endsConnections = true
  }

  /** Others serve in its place on the same port: its connections are ended, and it is not unready, since that would be said of all. */
  handOver(): void {
    this.#endsConnections = true
  }

  /** It has stopped, and can be started again. */
  stopped(): void {
    this.#phase = 'starting'
    this.#endsConnections = false
  }
}
