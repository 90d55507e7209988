import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PEERS, VENV_PYTHON } from './servers.ts'

/** Installs the peers from their own locks, once: the main package never carries them. */
export function installNodePeers(): void {
  if (existsSync(join(PEERS, 'node_modules', 'fastify'))) return
  console.log('Installing the Node peers (bench/peers) ...')
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: PEERS, stdio: 'inherit' })
}

/** False where there is no Python to run FastAPI with: the comparison then goes on without it, and says so. */
export function installFastApi(): boolean {
  if (existsSync(join(dirname(VENV_PYTHON), 'uvicorn'))) return true
  console.log('Installing FastAPI (bench/.bench/venv) ...')
  try {
    execFileSync('python3', ['-m', 'venv', dirname(dirname(VENV_PYTHON))], { stdio: 'inherit' })
    const requirements = join(PEERS, 'requirements.txt')
    execFileSync(VENV_PYTHON, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { stdio: 'inherit' })
    return true
  } catch (error) {
    console.log(`FastAPI is left out: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}
