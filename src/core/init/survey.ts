/** What a repository has, as far as `agent init` looks at it. Paths are those from its top. */
export interface Survey {
  languages: string[]
  /** Base name of the lockfile's manager; null: there is none. */
  manager: string | null
  /** The test runner and why it is that one, or why there is none that is known. */
  runner: { name: string; why: string } | { unsupported: string }
  /** Services that run the tests of pull requests. */
  ci: { name: string; path: string }[]
  /** Folders of specs that are found without a setting. */
  specs: string[]
  /** Folders of specs that only a setting leads to. */
  elsewhere: string[]
  /** Files that come into every prompt. */
  steering: string[]
  /** Names of package.json's dependencies; null: there is no package.json that can be read. */
  dependencies: ReadonlySet<string> | null
}

const LANGUAGES: [string, RegExp][] = [
  ['TypeScript', /(^|\/)tsconfig[^/]*\.json$|\.[cm]?tsx?$/],
  ['JavaScript', /^package\.json$/],
  ['Python', /^(pyproject\.toml|setup\.(py|cfg)|requirements[^/]*\.txt)$/],
  ['Go', /^go\.(mod|work)$/],
  ['Rust', /^Cargo\.toml$/],
  ['Java', /^(pom\.xml|build\.gradle(\.kts)?)$/],
]

/** By what lies at the top of the repository; TypeScript goes before the JavaScript that it is. */
export function languagesIn(paths: readonly string[]): string[] {
  const found = LANGUAGES.filter(([, sign]) => paths.some((path) => sign.test(path))).map(([name]) => name)
  return found.filter((name) => name !== 'JavaScript' || !found.includes('TypeScript'))
}

const CI: [string, RegExp][] = [
  ['GitHub Actions', /^\.github\/workflows\/[^/]+\.ya?ml$/],
  ['GitLab CI', /^\.gitlab-ci\.yml$/],
  ['CircleCI', /^\.circleci\/config\.yml$/],
  ['Jenkins', /^Jenkinsfile$/],
  ['Azure Pipelines', /^azure-pipelines\.ya?ml$/],
  ['Buildkite', /^\.buildkite\/pipeline\.ya?ml$/],
  ['Forgejo or Gitea Actions', /^\.(forgejo|gitea)\/workflows\/[^/]+\.ya?ml$/],
]

export function ciIn(paths: readonly string[]): Survey['ci'] {
  return CI.flatMap(([name, sign]) => {
    const path = paths.find((one) => sign.test(one))
    return path === undefined ? [] : [{ name, path }]
  })
}

/** `packages/api/specs`, where `packages/api/specs/login` holds tasks and requirements, and nothing finds it by itself. */
export function specsElsewhere(paths: readonly string[], known: readonly string[]): string[] {
  const all = new Set(paths)
  const folders = paths.flatMap((path) => {
    const found = /^(.+\/specs)\/[^/]+\/tasks\.md$/.exec(path)
    if (found === null || NOT_OURS.test(path)) return []
    const folder = path.slice(0, -'/tasks.md'.length)
    const whole = all.has(`${folder}/requirements.md`) || all.has(`${folder}/spec.md`)
    return whole && !known.includes(folder) ? [found[1]!] : []
  })
  return [...new Set(folders)].sort()
}

const NOT_OURS =
  /(^|\/)(\.[^/]+|node_modules|vendor|third_party|tests?|__tests__|fixtures?|templates?|examples?|testdata|openspec)\//
