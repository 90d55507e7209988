#!/usr/bin/env node
// Plain JavaScript that an old Node can read as well, so that it says what is wrong instead of failing on syntax it does not know.
const OLDEST_MAJOR = 24

if (Number(process.versions.node.split('.')[0]) < OLDEST_MAJOR) {
  console.error(
    `Ashlar needs Node.js ${OLDEST_MAJOR} or newer, and this is ${process.versions.node} (${process.execPath}). ` +
      'Install a newer one from https://nodejs.org, or for this project alone: npm install --save-dev node@lts',
  )
  process.exitCode = 1
} else {
  await import('../dist/cli/main.js')
}
