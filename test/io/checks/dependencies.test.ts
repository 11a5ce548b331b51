import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dependencyMounts } from '../../../src/io/checks/dependencies.ts'
import { scratch } from './target.ts'

async function layout(folders: string[], links: Record<string, string>): Promise<string> {
  const root = await scratch()
  for (const folder of folders) await mkdir(join(root, folder), { recursive: true })
  for (const [path, target] of Object.entries(links)) await symlink(join(root, target), join(root, path))
  return root
}

describe('showing the installed dependencies', () => {
  it('shows node_modules at its place and nothing more when all is inside', async () => {
    const root = await layout(['repo/node_modules/plain', 'repo/packages/own'], {
      'repo/node_modules/own': 'repo/packages/own',
    })
    const place = join(root, 'repo/node_modules')
    expect(await dependencyMounts(join(root, 'repo'))).toEqual({ readOnly: [], mounts: [{ from: place, to: place }] })
  })

  it('shows what links lead to: the node_modules around it, else the package itself', async () => {
    const root = await layout(['repo/node_modules/@scope', 'other/node_modules/lib', 'linked'], {
      'repo/node_modules/lib': 'other/node_modules/lib',
      'repo/node_modules/@scope/linked': 'linked',
    })
    const found = await dependencyMounts(join(root, 'repo'))
    expect(found?.readOnly.toSorted()).toEqual([join(root, 'linked'), join(root, 'other/node_modules')])
  })

  it('follows a link to a link, and ignores one that leads nowhere', async () => {
    const root = await layout(['repo/node_modules', 'real'], {
      between: 'real',
      'repo/node_modules/lib': 'between',
      'repo/node_modules/gone': 'nowhere',
    })
    const found = await dependencyMounts(join(root, 'repo'))
    expect(found?.readOnly).toEqual([join(root, 'real')])
    expect(found?.mounts).toContainEqual({ from: join(root, 'real'), to: join(root, 'between') })
  })

  it('shows a linked node_modules at both places', async () => {
    const root = await layout(['repo', 'other/node_modules/lib'], { 'repo/node_modules': 'other/node_modules' })
    const target = join(root, 'other/node_modules')
    expect(await dependencyMounts(join(root, 'repo'))).toEqual({
      readOnly: [target],
      mounts: [{ from: target, to: join(root, 'repo/node_modules') }],
    })
  })

  it('is null when nothing is installed', async () => {
    expect(await dependencyMounts(await scratch())).toBeNull()
  })
})
