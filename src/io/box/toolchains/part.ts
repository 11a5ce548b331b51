import { readFile, realpath, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { firstOnPath } from '../toolchain.ts'
import type { Ask } from './ask.ts'

export const LANGUAGES = ['node', 'go', 'python', 'rust', 'java'] as const
export type Language = (typeof LANGUAGES)[number]

/** Where to look, the same for every language. */
export interface Place {
  /** The repository on the host. Nothing that lies in it is started. */
  root: string
  /** Folder of the language's manifest nearest to the top; version managers choose by it. */
  dir: string
  /** Paths of the tree, relative to the root. */
  paths: string[]
  /** The user's environment. */
  env: NodeJS.ProcessEnv
  /** Folders and files that are mounted below the root, with where they lie on the host. */
  installed: { from: string; to: string }[]
  /** Folder of this run, for files that stand in the box in place of the user's. */
  scratch: string
  ask: Ask
}

/** What one language adds to the box. */
export interface Part {
  version: string
  /** The program, or the folder of the installation. */
  where: string
  readOnly: string[]
  mounts: { from: string; to: string }[]
  overlays: { from: string; to: string }[]
  /** Folders for PATH, first one first. */
  path: string[]
  env: Record<string, string>
}

export type Detected = { ok: true; part: Part } | { ok: false; why: string }

export const missing = (why: string): Detected => ({ ok: false, why })

export function partOf(version: string, where: string, rest: Partial<Part>): Detected {
  return { ok: true, part: { version, where, readOnly: [], mounts: [], overlays: [], path: [], env: {}, ...rest } }
}

/** The user's home; empty when it is not set, and then nothing is looked for in it. */
export function homeOf(env: NodeJS.ProcessEnv): string {
  const home = env['HOME'] ?? ''
  return isAbsolute(home) ? home : ''
}

/** The program that a name finds on the user's PATH. */
export function onPath({ env }: Place, name: string): Promise<string | null> {
  return firstOnPath((env['PATH'] ?? '').split(delimiter).filter(isAbsolute), name)
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() ?? false
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false
}

export function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null)
}

export function realOf(path: string): Promise<string | null> {
  return realpath(path).catch(() => null)
}

/** Those of `names` below `dir` that are folders. */
export async function foldersIn(dir: string, names: string[]): Promise<string[]> {
  const paths = names.map((name) => join(dir, name))
  const there = await Promise.all(paths.map(isFolder))
  return paths.filter((_, index) => there[index])
}
