import type { BaseFile } from '../patch/patch.ts'
import { filesOf, type SpecFolder, steeringPaths } from './locate.ts'
import type { ParsedSpecs, SourceFile } from './source.ts'
import type { Diagnostic, Severity, Spec } from './spec.ts'

/** What lies at a path: a file of a commit, or one on the disk that was not even opened. */
export type FoundFile = BaseFile | { kind: 'large'; bytes: number } | { kind: 'unreadable'; reason: string }

/** The files of a repository, at a commit or on the disk. Paths have forward slashes. */
export interface SpecTree {
  paths: readonly string[]
  /** Folders that are symbolic links, where that is known. They are not entered. */
  linked?: readonly string[] | undefined
  read(path: string): Promise<FoundFile>
  /** Left out: nobody keeps what specs are parsed to. */
  parsed?: ParsedSpecs
}

/** No spec that people wrote comes near; what does is a dump that somebody named `.md`. */
export const MOST_CHARACTERS = 4_000_000
/** Steering is never left out in silence: what is too long for a prompt is an error there, with its size in tokens. */
const LARGEST_STEERING = 64_000_000
/** A file without which the spec says something else; of any other only a remark is worth it. */
const MAIN = /^(?:(?:requirements|design|tasks|bugfix|spec|plan|proposal)\.md|specs\/.+\/spec\.md)$/

/** Reads and parses one folder. What cannot be read stands in the diagnostics of the spec. */
export async function loadFolder(
  tree: SpecTree,
  folder: SpecFolder,
  folders: readonly SpecFolder[] = [],
): Promise<Spec> {
  const { id, dir, twin } = folder
  const problems: Diagnostic[] = []
  const files: SourceFile[] = []
  for (const path of filesOf(tree.paths, folder, folders)) {
    const name = path.slice(dir.length + 1)
    const text = await readText(tree, path, MAIN.test(name) ? 'error' : 'info', problems)
    if (text !== null) files.push({ path: name, text })
  }
  const steering: { path: string; text: string }[] = []
  for (const path of steeringPaths(tree.paths, dir)) {
    const text = await readText(tree, path, 'warning', problems, LARGEST_STEERING)
    if (text !== null) steering.push({ path, text })
  }
  for (const file of tree.linked ?? [])
    if (file.startsWith(`${dir}/`) && !inAnother(file, folder, folders)) problems.push(linkedFolder(file))
  const file = `${dir}/tasks.md`
  if (twin !== null)
    problems.push({
      ...{ file, line: 1, column: 1, code: 'same-name', severity: 'warning' },
      message: `${twin} has the same name, so both go by their folder: this one is "${dir}".`,
      suggestion: `Name it with \`--spec ${dir}\`, or rename one of the folders.`,
    })
  const approvals = files.find((one) => one.path === 'spec.json')
  if (approvals !== undefined) {
    const { lintApprovals } = await import('./approvals.ts')
    problems.push(...lintApprovals(`${dir}/spec.json`, approvals.text))
  }
  const source = { id, dir, files, steering, problems }
  const parse = async () => (await import('./parse.ts')).parseSpec(source)
  return tree.parsed ? tree.parsed(source, parse) : parse()
}

function inAnother(path: string, { dir }: SpecFolder, folders: readonly SpecFolder[]): boolean {
  return folders.some((one) => one.dir.startsWith(`${dir}/`) && path.startsWith(`${one.dir}/`))
}

function linkedFolder(file: string): Diagnostic {
  return {
    ...{ file, line: 1, column: 1, code: 'symbolic-link', severity: 'info' },
    message: 'The folder is a symbolic link; what lies behind it is not read.',
    suggestion: 'Put what belongs to the spec into its own folder.',
  }
}

async function readText(
  tree: SpecTree,
  path: string,
  severity: Severity,
  problems: Diagnostic[],
  most = MOST_CHARACTERS,
): Promise<string | null> {
  const found = await tree.read(path)
  const problem = problemOf(found, most)
  if (problem !== null) problems.push({ file: path, line: 1, column: 1, severity, ...problem })
  return problem === null && found.kind === 'text' ? found.text : null
}

function problemOf(found: FoundFile, most: number): Pick<Diagnostic, 'code' | 'message' | 'suggestion'> | null {
  const tooLarge = (size: string) => ({
    code: 'file-too-large',
    message: `The file has ${size}; it is not read.`,
    suggestion: 'Split the spec, or move what is not part of it elsewhere.',
  })
  switch (found.kind) {
    case 'text':
      return found.text.length > most ? tooLarge(`${found.text.length.toLocaleString('en-US')} characters`) : null
    case 'large':
      return tooLarge(`${found.bytes.toLocaleString('en-US')} bytes`)
    case 'binary':
      return {
        code: 'not-utf8',
        message: 'The file is not UTF-8 text.',
        suggestion: 'Save it as UTF-8, without NUL bytes.',
      }
    case 'link':
      return {
        code: 'symbolic-link',
        message: 'The file is a symbolic link; specs are read from the files of the repository itself.',
        suggestion: 'Put the file here, or name its folder under `specs:` in agent.yaml.',
      }
    case 'unreadable':
    case 'absent':
      return {
        code: 'unreadable-file',
        message: `The file cannot be read: ${found.kind === 'absent' ? 'it is gone' : found.reason}.`,
        suggestion: 'Make it readable.',
      }
  }
}
