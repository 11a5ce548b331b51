/** Manifests of Python that are shown as facts. */
export const PYTHON_MANIFESTS = ['pyproject.toml', 'pytest.ini', 'requirements.txt', 'requirements-dev.txt']
const MOST_NAMES = 40

/** What tests and code have to know of such a manifest, in one line: packages, and where modules are imported from; null: nothing. */
export function pythonFacts(path: string, text: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const facts = name === 'pyproject.toml' ? projectFacts(text) : name === 'pytest.ini' ? iniFacts(text) : required(text)
  return facts === '' ? null : `- ${path}: ${facts}`
}

function projectFacts(text: string): string {
  const project = sectionOf(text, 'project')
  const groups = ['dependency-groups', 'project.optional-dependencies'].map((name) => sectionOf(text, name))
  const python = valuesOf(project, 'requires-python').map((version) => `Python ${version}`)
  // What a build needs is not there when tests run; groups name packages that they have beside it.
  const packages = [...valuesOf(project, 'dependencies'), ...groups.flatMap((group) => valuesOf(group, '[\\w.-]+'))]
  return [...python, listed(packages), pytestFacts(sectionOf(text, 'tool.pytest.ini_options'), valuesOf)]
    .filter((part) => part !== '')
    .join('; ')
}

function pytestFacts(section: string, values: (section: string, key: string) => string[]): string {
  return ['pythonpath', 'testpaths', 'asyncio_mode']
    .flatMap((key) => {
      const found = values(section, key)
      return found.length > 0 ? [`${key} ${found.join(' ')}`] : []
    })
    .join(', ')
}

function iniFacts(text: string): string {
  return pytestFacts(sectionOf(text, 'pytest'), (section, key) => {
    const value = new RegExp(`^${key}[ \\t]*=([^\\n]*(?:\\n[ \\t]+[^\\n]+)*)`, 'm').exec(section)?.[1] ?? ''
    return value.trim().split(/\s+/).filter(Boolean)
  })
}

/** Lines of a requirements file without comments, options and hashes. */
function required(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').replace(/\s*(--hash=\S+|\\)\s*/g, ''))
  return listed(lines.map((line) => line.trim()).filter((line) => /^[A-Za-z\d]/.test(line)))
}

/** The lines below `[name]`, up to the next heading. */
export function sectionOf(text: string, name: string): string {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.replace(/#.*/, '').trim() === `[${name}]`)
  if (start < 0) return ''
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => /^\[[^\]]+\]{1,2}\s*(#.*)?$/.test(line))
  return rest.slice(0, end < 0 ? rest.length : end).join('\n')
}

/** The strings that a key of TOML has: one, or those of its list. */
function valuesOf(section: string, key: string): string[] {
  const list = `\\[(?:[^\\]"'#]|"[^"\\n]*"|'[^'\\n]*'|#[^\\n]*)*\\]`
  const pattern = new RegExp(`^[ \\t]*${key}[ \\t]*=[ \\t]*("[^"\\n]*"|'[^'\\n]*'|${list})`, 'gm')
  return [...section.matchAll(pattern)].flatMap(([, value = '']) => {
    const plain = value.replace(/("[^"\n]*"|'[^'\n]*')|#[^\n]*/g, '$1')
    return [...plain.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map(([, double, single]) => double ?? single ?? '')
  })
}

/** An address may hold a password, and says nothing about how code is written. */
function listed(names: string[]): string {
  const shown = [...new Set(names.map((name) => name.replace(/\s*@\s*\S+:\/\/.*$/, '')))]
  const more = shown.length > MOST_NAMES ? ` and ${shown.length - MOST_NAMES} more` : ''
  return shown.slice(0, MOST_NAMES).join(', ') + more
}
