// Copies Swagger UI into docs-assets/, from where the docs page is served. Run after updating swagger-ui-dist.
//
// The copy is committed: users then get no dependency for it (swagger-ui-dist brings an install script), and a checkout works as it is.
import { copyFile, mkdir } from 'node:fs/promises'
import { SWAGGER_UI_FILES } from '../src/openapi/docs-assets.ts'

const source = new URL('../node_modules/swagger-ui-dist/', import.meta.url)
const target = new URL('../docs-assets/swagger-ui/', import.meta.url)

await mkdir(target, { recursive: true })
for (const file of SWAGGER_UI_FILES) await copyFile(new URL(file, source), new URL(file, target))
