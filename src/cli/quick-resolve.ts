import { registerHooks, type ResolveFnOutput } from 'node:module'

/** Packages of plain ES modules beside each other. */
const PACKAGES = ['/node_modules/drizzle-orm/', '/node_modules/zod/']
const DRIZZLE = /^drizzle-orm(\/|$)/

/**
 * Resolves without Node's help what its URL says it is: the imports among Ashlar's own files, Drizzle's and Zod's. Node reads the package's manifest for each of
 * them, and Drizzle's lists every file: 180 kB parsed 450 times was 400 ms of CPU and 220 MB at each start (Node 26.10, drizzle-orm 0.45). Imports of
 * Drizzle by its name, which parse it too, are resolved once for each folder.
 */
export function resolveQuickly(): void {
  const own = new URL('..', import.meta.url).href
  const drizzle = new Map<string, ResolveFnOutput>()
  registerHooks({
    resolve(specifier, context, next) {
      const { parentURL, conditions } = context
      if (parentURL === undefined) return next(specifier, context)
      const isOwn = parentURL.startsWith(own)
      if (specifier.startsWith('./') || specifier.startsWith('../')) {
        const format = formatOf(specifier)
        const inside = isOwn || PACKAGES.some((folder) => parentURL.includes(folder))
        if (!inside || format === undefined || formatOf(parentURL) !== format) return next(specifier, context)
        return { url: new URL(specifier, parentURL).href, format, shortCircuit: true }
      }
      if (!DRIZZLE.test(specifier)) return next(specifier, context)
      // Which copy it is depends on the folder; all of ours have one.
      const folder = isOwn ? own : parentURL.slice(0, parentURL.lastIndexOf('/'))
      const key = [folder, specifier, ...conditions].join(' ')
      const found = drizzle.get(key) ?? next(specifier, context)
      drizzle.set(key, found)
      return { ...found, shortCircuit: true }
    },
  })
}

/** Of files whose name is enough to know it. */
function formatOf(url: string): string | undefined {
  if (url.endsWith('.js')) return 'module'
  return url.endsWith('.ts') ? 'module-typescript' : undefined
}
