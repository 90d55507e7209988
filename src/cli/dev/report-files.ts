import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Tells of each file that is imported from now on, before it is loaded, and of those that are missing: a mended one is to be noticed as well. */
export function reportFiles(tell: (path: string) => void): void {
  const report = (url: string): void => {
    if (url.startsWith('file:') && !url.includes('/node_modules/')) tell(fileURLToPath(url))
  }
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context)
      } catch (error) {
        const { url } = error as { readonly url?: string }
        if (url !== undefined) report(url)
        throw error
      }
    },
    load(url, context, next) {
      report(url)
      return next(url, context)
    },
  })
}
