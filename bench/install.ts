import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const PEERS = join(import.meta.dirname, 'peers')
const VENV_PYTHON = join(import.meta.dirname, '.bench', 'venv', 'bin', 'python')

/** How FastAPI is served where it is compared: by its fastest loop and parser, on a port that is an argument. */
export function uvicorn(app: string, port: number): readonly string[] {
  const quiet = ['--no-access-log', '--log-level', 'warning']
  return [
    VENV_PYTHON,
    '-m',
    'uvicorn',
    ...quiet,
    '--loop',
    'uvloop',
    '--http',
    'httptools',
    '--port',
    String(port),
    app,
  ]
}

/** Installs the peers from their own lock, when it is new here: the main package never carries them. */
export function installNodePeers(): void {
  const lock = join(PEERS, 'package-lock.json')
  const installed = join(PEERS, 'node_modules', 'installed-lock.json')
  if (isSame(lock, installed)) return
  console.log('Installing the Node peers (bench/peers) ...')
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: PEERS, stdio: 'inherit' })
  writeFileSync(installed, readFileSync(lock))
}

/** False where there is no Python to run FastAPI with: the comparison then goes on without it, and says so. */
export function installFastApi(): boolean {
  const requirements = join(PEERS, 'requirements.txt')
  const venv = dirname(dirname(VENV_PYTHON))
  const installed = join(venv, 'installed-requirements.txt')
  if (isSame(requirements, installed)) return true
  console.log('Installing FastAPI (bench/.bench/venv) ...')
  try {
    execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' })
    execFileSync(VENV_PYTHON, ['-m', 'pip', 'install', '--quiet', '-r', requirements], { stdio: 'inherit' })
    writeFileSync(installed, readFileSync(requirements))
    return true
  } catch (error) {
    console.log(`FastAPI is left out: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

function isSame(wanted: string, installed: string): boolean {
  return existsSync(installed) && readFileSync(wanted, 'utf8') === readFileSync(installed, 'utf8')
}
