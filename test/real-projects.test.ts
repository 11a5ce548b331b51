/**
 * Projects as people have them, in a fresh clone with nothing installed, through the same wiring as a run: set-up, then
 * their own tests in the box. The run loop judges projects of vitest only, so here their own commands are run.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, realpath, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEquipper, type Equipment } from '../src/commands/equip.ts'
import type { Config } from '../src/core/config.ts'
import type { EventOf } from '../src/core/events.ts'
import type { Box, BoxResult } from '../src/io/box/box.ts'
import { createBwrapBox } from '../src/io/box/bwrap.ts'
import { createUnshareBox, prepareTree } from '../src/io/box/unshare.ts'
import { DEFAULT_LIMITS, policyOf } from '../src/io/checks/checks.ts'
import { openRepository, type Repository } from '../src/io/git/repository.ts'
import { openTree } from '../src/io/git/tree.ts'
import { createWorktrees } from '../src/io/git/worktree.ts'
import type { Ecosystem } from '../src/io/setup/managers.ts'
import { gitIn, makeRepo, type Repo } from './io/git/support.ts'
import { sample } from './support/sample.ts'

const SECRET = `secret-${randomBytes(8).toString('hex')}`

/** Where tools keep passwords, written so that every tool still does its work. */
const PASSWORDS: Record<string, string> = {
  '.npmrc': `//registry.example.org/:_authToken=${SECRET}\n`,
  '.netrc': `machine example.org login user password ${SECRET}\n`,
  '.config/pip/pip.conf': `[of-another-tool]\npassword = ${SECRET}\n`,
  '.config/go/env': `GOPRIVATE=${SECRET}.example.org\n`,
  '.cargo/credentials.toml': `[registries.other]\ntoken = "${SECRET}"\n`,
  '.m2/settings.xml': `<settings><servers><server><id>x</id><password>${SECRET}</password></server></servers></settings>\n`,
}

interface Project {
  name: string
  /** Says on the host whether tools and registry are there. */
  needs: string
  files: Record<string, string>
  /** What the same user has done for other projects before. */
  earlier?: string
  setup?: string[]
  ecosystem: Ecosystem
  manager: string
  /** Paths that set-up makes in the tree. */
  products: string[]
  /** Runs the project's tests. */
  command: string
  /** On the tree as it is. */
  red: string
  mended: Record<string, string>
  green: string
  /** A further command, and what it prints. */
  also?: [string, string]
}

const NATIVE: Project = {
  name: 'npm, with an addon that is compiled by set-up and one that a package ships',
  needs: 'npm view bufferutil@4.0.9 version && cc --version && make --version && python3 --version',
  files: {
    '.gitignore': 'node_modules/\nbuild/\n',
    'package.json': '{"name":"target","version":"1.0.0","private":true,"dependencies":{"bufferutil":"4.0.9"}}\n',
    'package-lock.json': `{
  "name": "target", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
  "packages": {
    "": { "name": "target", "version": "1.0.0", "hasInstallScript": true, "dependencies": { "bufferutil": "4.0.9" } },
    "node_modules/bufferutil": {
      "version": "4.0.9",
      "integrity": "sha512-WDtdLmJvAuNNPzByAYpRo2rF1Mmradw6gvWsQKf63476DDXmomT9zUiGypLcG4ibIM67vhAj8jJRdbmEws2Aqw==",
      "hasInstallScript": true, "dependencies": { "node-gyp-build": "^4.3.0" }
    },
    "node_modules/node-gyp-build": {
      "version": "4.8.4",
      "integrity": "sha512-LA4ZjwlnUblHVgq0oBF3Jl/6h/Nvs5fzBLwdEF4nuxnFdsfajde4WfxtJr3CaiH+F6ewcIB/q4jQ4UzPyid+CQ==",
      "bin": { "node-gyp-build": "bin.js" }
    }
  }
}
`,
    'binding.gyp': '{ "targets": [{ "target_name": "answer", "sources": ["answer.c"] }] }\n',
    'answer.c': `#include <node_api.h>
static napi_value answer(napi_env env, napi_callback_info info) {
  napi_value value;
  napi_create_int32(env, 42, &value);
  return value;
}
NAPI_MODULE_INIT() {
  napi_value made;
  napi_create_function(env, NULL, 0, answer, NULL, &made);
  return made;
}
`,
    'add.js': 'exports.add = (a, b) => a - b\n',
    'add.test.js': `const test = require('node:test'), assert = require('node:assert')
test('compiled and shipped', () => {
  assert.equal(require('./build/Release/answer.node')(), 42)
  const data = Buffer.from('abcd')
  require('bufferutil').unmask(data, Buffer.from([1, 2, 3, 4]))
  assert.equal(data[0], 'a'.charCodeAt(0) ^ 1)
  assert.ok(require.cache[Object.keys(require.cache).find((path) => /bufferutil.*[.]node$/.test(path))])
  assert.equal(require('./add.js').add(1, 1), 2)
})
`,
  },
  setup: ['npm ci --no-audit --no-fund'],
  ecosystem: 'javascript',
  manager: 'setup',
  products: ['build', 'node_modules'],
  command: 'node --test',
  red: '0 == 2',
  mended: { 'add.js': 'exports.add = (a, b) => a + b\n' },
  green: 'pass 1',
}

const PYTEST: Project = {
  name: 'pytest, with the project installed as editable',
  needs:
    'python3 -m venv --help && cd "$SCRATCH" && python3 -m pip download -q --no-deps --no-cache-dir iniconfig==2.0.0',
  files: {
    '.gitignore': '.venv/\n*.egg-info/\n',
    'requirements.txt': '-e .\npytest==8.3.4\n',
    'pyproject.toml': `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "target"
version = "1.0.0"

[tool.setuptools.packages.find]
where = ["src"]
`,
    'src/target/__init__.py': 'def add(a, b):\n    return a - b\n',
    'tests/test_add.py': `import importlib.metadata, sys
import target

def test_add():
    assert importlib.metadata.version("target") == "1.0.0"
    assert sys.prefix.endswith("/.venv")
    assert target.add(1, 1) == 2
`,
  },
  ecosystem: 'python',
  manager: 'pip',
  products: ['.venv', 'src/target.egg-info'],
  command: 'pytest -q -p no:cacheprovider',
  red: 'assert 0 == 2',
  mended: { 'src/target/__init__.py': 'def add(a, b):\n    return a + b\n' },
  green: '1 passed',
}

const MODULE: Project = {
  name: 'a Go module with a dependency and its build cache',
  needs:
    'go version && cd "$SCRATCH" && GOMODCACHE="$SCRATCH/m" GOFLAGS=-modcacherw go mod download -json github.com/pkg/errors@v0.9.1',
  files: {
    'go.mod': 'module example.com/target\n\ngo 1.21\n\nrequire github.com/pkg/errors v0.9.1\n',
    'go.sum': `github.com/pkg/errors v0.9.1 h1:FEBLx1zS214owpjy7qsBeixbURkuhQAwrK5UwLGTwt4=
github.com/pkg/errors v0.9.1/go.mod h1:bwawxfHBFNV+L2hUp1rHADufV3IMtnDRdf1r5NINEl0=
`,
    'add.go': `package target

import "github.com/pkg/errors"

func Add(a, b int) (int, error) {
	if a < 0 {
		return 0, errors.New("negative")
	}
	return a - b, nil
}
`,
    'add_test.go': `package target

import "testing"

func TestAdd(t *testing.T) {
	if got, _ := Add(1, 1); got != 2 {
		t.Fatalf("got %d", got)
	}
}
`,
  },
  // Without it every run would compile the standard library anew.
  earlier: `mkdir "$SCRATCH/other" && cd "$SCRATCH/other" && printf 'module other\\n' > go.mod &&
    printf 'package other\\n\\nimport "testing"\\n\\nfunc TestNothing(t *testing.T) {}\\n' > o_test.go && go test`,
  ecosystem: 'go',
  manager: 'go',
  products: [],
  command: 'go test ./...',
  red: 'got 0',
  mended: {
    'add.go':
      'package target\n\nimport "github.com/pkg/errors"\n\nfunc Add(a, b int) (int, error) {\n\treturn a + b, errors.New("none")\n}\n',
  },
  green: 'ok  \texample.com/target',
  also: [
    'go test -x ./... 2>&1 | grep -o "/compile .* -p [^ ]*" | sed "s/.* //" | sort -u | xargs',
    'example.com/target github.com/pkg/errors main\n',
  ],
}

const CRATE: Project = {
  name: 'a cargo package with a dependency',
  needs: 'cargo --version && cargo info --registry crates-io itoa@1.0.11 && cc --version',
  files: {
    '.gitignore': 'target/\n',
    'Cargo.toml':
      '[package]\nname = "target"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nitoa = "=1.0.11"\n',
    'Cargo.lock': `version = 4

[[package]]
name = "itoa"
version = "1.0.11"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "49f1f14873335454500d59611f1cf4a4b0f786f9ac11f4312a78e4cf2566695b"

[[package]]
name = "target"
version = "0.1.0"
dependencies = [
 "itoa",
]
`,
    'src/lib.rs': 'pub fn add(a: i32, b: i32) -> String {\n    itoa::Buffer::new().format(a - b).to_owned()\n}\n',
    'tests/add.rs': '#[test]\nfn adds() {\n    assert_eq!(target::add(1, 1), "2");\n}\n',
  },
  ecosystem: 'rust',
  manager: 'cargo',
  products: [],
  command: 'cargo test --locked',
  red: 'left: "0"',
  mended: {
    'src/lib.rs': 'pub fn add(a: i32, b: i32) -> String {\n    itoa::Buffer::new().format(a + b).to_owned()\n}\n',
  },
  green: '1 passed',
}

const BOXES: Box[] = [createUnshareBox(), createBwrapBox()]

/** A user with a home of their own: nothing is fetched yet, and passwords lie around. */
async function userAt(around: string): Promise<NodeJS.ProcessEnv> {
  const home = join(around, 'home')
  await write(home, PASSWORDS)
  const real = homedir()
  const managers = { RUSTUP_HOME: join(real, '.rustup'), PYENV_ROOT: join(real, '.pyenv') }
  const env: NodeJS.ProcessEnv = { ...managers, ...process.env, HOME: home, SCRATCH: around }
  delete env['XDG_CACHE_HOME']
  for (const name of ['GOPATH', 'GOMODCACHE', 'GOCACHE', 'GOFLAGS', 'CARGO_HOME', 'VIRTUAL_ENV']) delete env[name]
  // Headers to compile against are a download of their own; somebody who has them has said where.
  const { stdout } = await execa('npm', ['config', 'get', 'nodedir'], { reject: false })
  return /^\//.test(stdout ?? '') ? { ...env, npm_config_nodedir: stdout.trim() } : env
}

async function write(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

const onHost = (command: string, cwd: string, env: NodeJS.ProcessEnv) =>
  execa('sh', ['-ec', command], { cwd, env, extendEnv: false, reject: false, all: true, stdin: 'ignore' })

/** One run of the program as far as the box, each with a memory of its own. */
async function run(repository: Repository, box: Box, project: Project, env: NodeJS.ProcessEnv, more: Config = {}) {
  const events: EventOf<'setup.finished'>[] = []
  const worktrees = await createWorktrees(repository, randomBytes(4).toString('hex'))
  onTestFinished(() => worktrees.closeAll())
  const equipper = createEquipper({
    repository,
    config: { ...(project.setup === undefined ? {} : { setup: project.setup }), ...more },
    scratch: worktrees.scratch,
    env,
    tell: (event) => void (event.type === 'setup.finished' && events.push(event)),
    signal: AbortSignal.timeout(300_000),
  })
  const base = gitIn(repository.root, 'rev-parse', 'HEAD')
  const tree = await openTree(repository.root, base)
  const equipped = await equipper.equip(box, { commit: base, paths: tree.paths }, [project.ecosystem])
  if (!equipped.ok) throw new Error(equipped.unready.message)
  const inBox = async (command: string, changed: Record<string, string> = {}): Promise<BoxResult> => {
    const worktree = await worktrees.open(base)
    await write(worktree.dir, changed)
    await prepareTree(worktree.dir)
    const { equipment } = equipped
    const policy = await policyOf(equipment, worktree)
    return box.run(['sh', '-c', command], policy!, { ...DEFAULT_LIMITS, ...equipment.limits }, {})
  }
  return { events, inBox, equipment: equipped.equipment as Equipment }
}

/** The clone of somebody who has just got the project. */
async function freshClone(project: Project): Promise<{ repo: Repo; clone: Repository }> {
  const repo = await makeRepo(project.files)
  const place = join(repo.around, 'clone')
  gitIn(repo.around, 'clone', '--quiet', repo.root, place)
  return { repo, clone: await openRepository(await realpath(place)) }
}

/** Prints why not, so that a skipped project is not taken for a green one. */
async function lacks(what: string, command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const tried = await onHost(command, cwd, env)
  if (tried.exitCode === 0) return null
  const why = `not tried: ${what}: \`${command}\` fails here: ${tried.all?.trim().split('\n').at(-1)}`
  console.warn(why)
  return why
}

describe.each(sample('real projects', [NATIVE, PYTEST, MODULE, CRATE], 1))('a fresh clone: $name', (project) => {
  it('is set up once, and its tests run in every box without a network', async (context) => {
    const { repo, clone } = await freshClone(project)
    const env = await userAt(repo.around)
    const lacking = await lacks(project.name, project.needs, repo.around, env)
    if (lacking !== null) return context.skip(lacking)
    if (project.earlier) expect((await onHost(project.earlier, repo.around, env)).exitCode).toBe(0)
    const ways: string[] = []
    for (const box of BOXES) {
      const probe = await box.probe(clone.root)
      if (!probe.ok) {
        console.warn(`not tried in ${box.name}: ${probe.reason}`)
        continue
      }
      const { events, inBox } = await run(clone, box, project, env)
      expect(events.map(({ managers }) => managers)).toEqual([[project.manager]])
      ways.push(events[0]!.how)
      expect(events[0]!.paths.filter((path) => !path.startsWith('/'))).toEqual(project.products)

      const red = await inBox(project.command)
      expect(red.exitCode, red.stdout + red.stderr).not.toBe(0)
      expect(red.stdout + red.stderr).toContain(project.red)
      const green = await inBox(project.command, project.mended)
      expect(green.exitCode, green.stdout + green.stderr).toBe(0)
      expect(green.stdout).toContain(project.green)

      if (project.also) expect((await inBox(project.also[0])).stdout).toBe(project.also[1])
      const hunted = await inBox(`grep -rs ${SECRET} '${repo.around}' /home /tmp /etc; env | grep ${SECRET}; echo done`)
      expect(hunted).toMatchObject({ stdout: 'done\n' })
    }
    expect(ways).toEqual(ways.map((_, index) => (index === 0 ? 'run' : 'cached')))
    expect(ways.length).toBeGreaterThan(0)
    expect(gitIn(clone.root, 'status', '--porcelain', '--ignored')).toBe('')
  }, 300_000)
})
