import { InvalidArgumentError, type Command } from 'commander'
import { TARGETS, type DeployOptions, type Target } from './targets.ts'

/** `ashlar deploy`: what brings an app into production. */
export function addDeploy(root: Command, file: string, done: (code: number) => void): void {
  const deploy = root.command('deploy').description('bring the app into production: files')
  deploy
    .command('files')
    .description('write a Dockerfile, a compose file, Kubernetes manifests and a systemd unit for the app')
    .argument('[file]', file)
    .option('--out <folder>', 'where to write them', 'deploy')
    .option('--only <targets>', `some of ${TARGETS.join(',')}`, parseTargets)
    .option('--force', 'also over files that you have changed')
    .addHelpText('after', HELP)
    .action(async (path: string | undefined, options: DeployOptions) => {
      const { deployFiles } = await import('./files.ts')
      await deployFiles(path, options)
      done(0)
    })
}

function parseTargets(value: string): readonly Target[] {
  const names = value.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !(TARGETS as readonly string[]).includes(name))
  if (unknown.length === 0) return names as Target[]
  throw new InvalidArgumentError(`${unknown.join(', ')} is none of ${TARGETS.join(', ')}.`)
}

const HELP = `
The app is loaded and not started: the files fit its parts, settings, health paths and limits. They are yours from then on: what you have
changed is not written over.

Examples:
  ashlar deploy files
  ashlar deploy files --only docker,kubernetes
  ashlar deploy files src/app.ts --out ops --force`
