import { envFileNames, envFiles } from '../settings/sources.ts'

/**
 * Takes variables from `.env` files into the environment, so that `DATABASE_URL` and the like can stand there too. What is set already stays. Gives the
 * files that were looked for, whether they are there or not.
 */
export function loadEnvFiles(): readonly string[] {
  const names = envFileNames(process.env['NODE_ENV'])
  for (const { values } of envFiles(names)) {
    for (const [name, value] of Object.entries(values)) {
      const set = process.env[name]
      if (value !== undefined && (set === undefined || set === '')) process.env[name] = value
    }
  }
  return names
}
