// Imports every subpath that the installed package exports.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const manifest = fileURLToPath(import.meta.resolve('ashlar/package.json'))
const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: Record<string, unknown> }
for (const path of Object.keys(exports).filter((name) => !name.endsWith('.json'))) {
  const module = (await import(`ashlar${path.slice(1)}`)) as object
  if (Object.keys(module).length === 0) throw new Error(`ashlar${path.slice(1)} exports nothing`)
}
