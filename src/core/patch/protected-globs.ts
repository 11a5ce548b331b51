import picomatch from 'picomatch'
import { foldPath } from './safe-path.ts'

/** Whether a path matches one of the globs. Globs and paths are from the repository's root; case does not matter. */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const wanted = globs.map(fromRoot).filter((glob) => glob !== '')
  if (wanted.length === 0) return () => false
  // Most of what is protected is never asked for: patterns are read with the first path.
  let match: ((path: string) => boolean) | null = null
  return (path) => {
    match ??= picomatch(wanted, { dot: true, nonegate: true, windows: false })
    return match(foldPath(path))
  }
}

function fromRoot(glob: string): string {
  const plain = foldPath(glob.trim()).replace(/^(\.?\/)+/, '')
  return plain.endsWith('/') ? `${plain}**` : plain
}

const anywhere = (...names: string[]) => names.map((name) => `**/${name}`)
const SCRIPT = '{js,cjs,mjs,ts,cts,mts,jsx,tsx}'
const CONFIG = '{js,cjs,mjs,ts,cts,mts,json,jsonc,yaml,yml}'

/** Specs and steering of the usual layouts; where this project keeps its own is told by the caller. */
export const SPEC_GLOBS = [
  '**/.kiro/specs/**',
  '**/.specify/specs/**',
  '**/openspec/{specs,changes}/**',
  'specs/**/{requirements,design,tasks,spec,plan}.md',
]

/** A file that is not there yet would steer the tasks to come. */
export const STEERING_GLOBS = [
  '**/{.kiro,.opencode}/steering/**',
  '**/steering/*.md',
  '**/.specify/memory/**',
  '**/openspec/{project,agents}.md',
]

/** The files of a spec in a folder that agent.yaml names for specs. */
export const SPEC_FILES = '**/{requirements,design,tasks,spec,plan}.md'

export const AGENT_CONFIG_GLOBS = [
  ...anywhere('agent.{yaml,yml}', '.agent/**', '{agents,claude,gemini}.md', '.cursorrules', '.{claude,cursor}/**'),
  // Editors run what they find here when the folder is opened.
  ...anywhere('.{vscode,devcontainer,idea}/**', '.devcontainer.json'),
]

export const GIT_CONFIG_GLOBS = anywhere(
  '.gitignore',
  '.gitattributes',
  '.gitmodules',
  '.{npm,docker,eslint,prettier,stylelint,rg}ignore',
  '.ignore',
  '.gitconfig',
  '.husky/**',
  '.githooks/**',
  'lefthook.{yml,yaml,toml,json}',
  '.pre-commit-config.{yaml,yml}',
)

export const CI_GLOBS = [
  '.github/**',
  '.ci/**',
  '.circleci/**',
  '.buildkite/**',
  '.gitlab/**',
  ...anywhere('.gitlab-ci.{yml,yaml}', 'jenkinsfile', 'jenkinsfile.*', 'azure-pipelines*.{yml,yaml}', '.travis.yml'),
  'bitbucket-pipelines.yml',
  'appveyor.yml',
]

export const LOCKFILE_GLOBS = anywhere(
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'bun.lockb',
  'deno.lock',
  'poetry.lock',
  'uv.lock',
  'pdm.lock',
  'pipfile.lock',
  'go.sum',
  'go.work.sum',
  'cargo.lock',
  'composer.lock',
  'gemfile.lock',
  'mix.lock',
)

/** What decides how tests run and what counts as an error: runners, their setup files, compilers, linters, installed code. */
export const RUNNER_CONFIG_GLOBS = [
  ...anywhere(
    // Vite loads these by itself, in the process that judges.
    'postcss.config.*',
    '.postcssrc*',
    '{tailwind,uno,svelte}.config.*',
    '.env*',
    '.browserslistrc',
    `{vitest,vite,jest,playwright,cypress,ava,karma,mocha,wdio,babel,eslint,biome}.{config,conf}.${CONFIG}`,
    `{vitest,jest}.{workspace,projects}.${CONFIG}`,
    `{vitest,jest}.{setup,preset,environment}.${SCRIPT}`,
    `{vitest,jest}-{setup,preset,environment}.${SCRIPT}`,
    '.{mocharc,nycrc,babelrc,swcrc,eslintrc}',
    '.{mocharc,nycrc,babelrc,swcrc,eslintrc,c8rc}.*',
    `{test,tests,__tests__}/**/{setup,teardown,global-setup,global-teardown,globalsetup,globalteardown}.${SCRIPT}`,
    `{setup-tests,setuptests,test-setup,global-setup,globalsetup}.${SCRIPT}`,
    '__mocks__/**',
    'node_modules/**',
    '{tsconfig,jsconfig}*.json',
    'biome.{json,jsonc}',
    'karma.conf.*',
    'bunfig.toml',
    '.env.test',
    '.env.test.*',
    '{conftest,sitecustomize,usercustomize,noxfile}.py',
    // Found before the installed ones of this name.
    '{pytest,_pytest,pluggy,_hypothesis_pytestplugin}{.py,/**}',
    // Metadata names plugins, which pytest loads by itself.
    '{.hypothesis,__pycache__,.venv,*.egg-info,*.dist-info}/**',
    '*.{pyc,pyo,egg-link}',
    '*.pth',
    '{pytest,.pytest,tox}.{ini,toml}',
    'setup.cfg',
    '.coveragerc',
    // Compiled into a program of Go without a word, or found before what is installed.
    'vendor/**',
    '*.{s,syso,swig,swigcxx}',
    '{magefile,magefiles/**,*specproof*}.go',
    '.golangci.{yml,yaml,toml,json}',
    'taskfile.{yml,yaml}',
  ),
  // Further down, folders of tests are often called so.
  '{,src/}{hypothesis,unittest}{.py,/**}',
]

export const MANIFEST_GLOBS = anywhere(
  'package.json',
  'pnpm-workspace.yaml',
  'lerna.json',
  'nx.json',
  'turbo.json',
  'deno.{json,jsonc}',
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  '.pnpmfile.{cjs,mjs,js}',
  '.nvmrc',
  '.node-version',
  '.tool-versions',
  '.go-version',
  'pyproject.toml',
  'setup.py',
  'requirements*.txt',
  '*-requirements*.txt',
  'pipfile',
  'go.{mod,work}',
  'cargo.toml',
  'rust-toolchain{,.toml}',
  '.cargo/**',
  'gemfile',
  'composer.json',
  '{makefile,gnumakefile,justfile}',
)

export const SNAPSHOT_GLOBS = anywhere('__snapshots__/**', '*.snap')
