// Makes the file that is published, and tries it: `npm run release`. It publishes nothing itself; that is a person's step.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'))

function stop(message) {
  console.error(`release: ${message}`)
  process.exit(1)
}

function run(command, args, env = {}) {
  const ran = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  if (ran.status !== 0) stop(`\`${command} ${args.join(' ')}\` failed`)
}

const git = (...args) => spawnSync('git', args, { encoding: 'utf8' }).stdout.trim()

if (git('status', '--porcelain') !== '') stop('there are changes that are not committed.')
if (git('tag', '--list', `v${version}`) !== '')
  stop(`v${version} is released already: run \`npx @changesets/cli version\`, and commit.`)
const waiting = readdirSync('.changeset').filter((file) => file.endsWith('.md') && file !== 'README.md')
if (waiting.length > 0)
  stop(`${waiting.join(', ')} stand in no version yet: run \`npx @changesets/cli version\`, and commit what it wrote.`)
if (!readFileSync('CHANGELOG.md', 'utf8').includes(`\n## ${version}\n`))
  stop(`CHANGELOG.md has no entry for ${version}: run \`npx @changesets/cli version\`, and commit what it wrote.`)

run('npm', ['run', 'check'])
run('npm', ['run', 'build'])
// Packed, installed globally in a clean prefix, and given a task, on every Node that is supported.
run('npx', ['vitest', 'run', 'test/global-install.test.ts', 'test/package.test.ts'], { SPECPROOF_FULL: '1' })
run('npm', ['pack', '--ignore-scripts'])
console.log(
  `\nIt holds. To publish:\n  git tag v${version} && git push origin v${version}\n  npm publish ${name}-${version}.tgz`,
)
