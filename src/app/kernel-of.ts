import type { Kernel } from '../http/kernel.ts'
import type { App } from './app.ts'

/** Where an app keeps its kernel, for mounting it in another. */
export const KERNEL = Symbol('ashlar.kernel')

export function kernelOf(app: App): Kernel {
  const kernel = (app as App & { readonly [KERNEL]?: Kernel })[KERNEL]
  if (kernel === undefined) throw new TypeError('Only an app made by createApp can be mounted as an app.')
  return kernel
}
