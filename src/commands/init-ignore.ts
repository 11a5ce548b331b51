import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Survey } from '../core/init/survey.ts'
import { tryGit } from '../io/git/git.ts'
import { type Step, toDo, writeNew } from './init-steps.ts'

const WHAT = '.gitignore'

/**
 * Keeps out of commits what an installation makes: a .gitignore where there is none, else the lines that it lacks at its end, where somebody
 * says yes. Null: nothing is lacking. `paths`: what git knows or does not ignore.
 */
export async function ignoreStep(
  root: string,
  survey: Survey,
  paths: readonly string[],
  agreed: (question: string) => Promise<boolean>,
): Promise<Step | null> {
  const place = join(root, WHAT)
  const text = await readFile(place, 'utf8').catch(() => null)
  const installed = installedBy(survey)
  if (text === null) {
    const lines = [...installed, ...madeBy(survey, paths), '.agent/']
    const written = await writeNew(root, WHAT, `${lines.join('\n')}\n`)
    return written.status === 'written' ? { ...written, text: `${lines.join(', ')}: no commit holds them` } : written
  }
  const lacking: string[] = []
  for (const line of installed) if (!(await tryGit(root, ['check-ignore', '-q', line])).ok) lacking.push(line)
  if (lacking.length === 0) return null
  const words = lacking.map((line) => `\`${line}\``).join(' and ')
  if (!(await agreed(`A commit of all would hold ${words}. Add that to .gitignore?`)))
    return {
      ...toDo(WHAT, `${words} ${lacking.length === 1 ? 'is' : 'are'} not ignored, and a commit of all would hold it`),
      next: `printf '${newline(text)}${lacking.join('\\n')}\\n' >> .gitignore`,
    }
  await writeFile(place, `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${lacking.join('\n')}\n`)
  return { what: WHAT, status: 'written', text: `${words} at its end; nothing else of it has changed` }
}

const newline = (text: string) => (text === '' || text.endsWith('\n') ? '' : '\\n')

const isPython = ({ runner, languages }: Survey) =>
  languages.includes('Python') || ('name' in runner && runner.name === 'pytest')

/** What an installation brings. */
function installedBy(survey: Survey): string[] {
  return [...(survey.dependencies === null ? [] : ['node_modules/']), ...(isPython(survey) ? ['.venv/'] : [])]
}

/** What builds and tests leave; a folder that the project has itself is none of these. */
function madeBy(survey: Survey, paths: readonly string[]): string[] {
  const made = [
    ...(survey.languages.includes('TypeScript') ? ['dist/', 'coverage/'] : []),
    ...(isPython(survey) ? ['__pycache__/', '.pytest_cache/', '.hypothesis/'] : []),
  ]
  return made.filter((folder) => !paths.some((path) => path.startsWith(folder) || path.includes(`/${folder}`)))
}
