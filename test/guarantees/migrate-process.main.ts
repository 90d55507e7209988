// A process that applies the migrations of a folder, as an app does at its start: node migrate-process.main.ts URL FOLDER
import { database } from 'ashlar/data'

const [url, folder] = process.argv.slice(2)
const db = database({ url: url!, migrations: folder!, migrate: 'manual' })
try {
  process.send?.({ applied: await db.migrate() })
} catch (error) {
  process.send?.({ error: String(error) })
} finally {
  await db.stop()
  process.disconnect?.()
}
