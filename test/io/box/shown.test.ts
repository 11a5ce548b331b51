import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/core/errors.ts'
import { shownPaths } from '../../../src/io/box/shown.ts'

let dir: string
let home: string
let root: string

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'specproof-shown-')))
  home = join(dir, 'home')
  root = join(home, 'project')
  await mkdir(join(root, '.agent'), { recursive: true })
  await mkdir(join(root, 'data'))
})

afterEach(() => rm(dir, { recursive: true, force: true }))

const show = (...paths: string[]) => shownPaths({ show: paths }, root, { HOME: home })

async function refusal(path: string): Promise<string> {
  const error = await show(path).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error, path).toBeInstanceOf(UserError)
  return (error as Error).message
}

describe('show:', () => {
  it('gives folders and files outside of the repository', async () => {
    await mkdir(join(home, 'models/small'), { recursive: true })
    await writeFile(join(home, 'list.csv'), '')

    expect(await show(join(home, 'models'), join(home, 'list.csv'), '/usr/share')).toEqual([
      join(home, 'models'),
      join(home, 'list.csv'),
    ])
  })

  it('refuses the machine, its live state and what holds far more than a project needs', async () => {
    for (const path of [
      '/',
      '/proc',
      '/proc/self',
      '/sys',
      '/dev',
      '/run',
      '/var',
      '/etc',
      '/home',
      '/tmp',
      '/dev/shm',
    ]) {
      expect(await refusal(path)).toMatch(/^agent\.yaml: `show`: .* is refused: /)
    }
  })

  it('refuses the home, what holds it, and what holds passwords in it', async () => {
    expect(await refusal(home)).toContain(`is or holds the home ${home}`)
    expect(await refusal(`${home}/`)).toContain('is or holds the home')
    expect(await refusal(dir)).toContain('is or holds the home')
    await mkdir(join(home, '.cargo/registry'), { recursive: true })
    expect(await show(join(home, '.cargo'))).toEqual([join(home, '.cargo')])
    await writeFile(join(home, '.cargo/credentials.toml'), '')
    expect(await refusal(join(home, '.cargo'))).toContain('.cargo/credentials.toml, which may hold credentials')
    expect(await refusal(join(home, '.cargo/credentials.toml'))).toContain('may hold credentials')
    expect(await show(join(home, '.cargo/registry'))).toEqual([join(home, '.cargo/registry')])
    await mkdir(join(home, '.ssh/keys'), { recursive: true })
    expect(await refusal(join(home, '.ssh/keys'))).toContain('may hold credentials')
  })

  it('refuses the repository, which the tree takes the place of, and points to carry', async () => {
    expect(await refusal(root)).toContain('it is the repository')
    expect(await refusal(join(root, '.agent'))).toContain('kept from the box')
    expect(await refusal(join(root, 'data'))).toContain('`carry:`')
    await expect(shownPaths({ show: [dir] }, root, {})).rejects.toThrow(`it holds the repository ${root}`)
  })

  it('refuses a way around by a link or by dots', async () => {
    await symlink('/etc', join(dir, 'link'))
    await symlink(home, join(dir, 'to-home'))
    expect(await refusal(join(dir, 'link'))).toContain('it leads to /etc, and')
    expect(await refusal(join(dir, 'to-home'))).toContain('home')
    expect(await refusal(`${dir}/none/../../../proc`)).toContain('refused')
  })

  it('refuses a socket, through which the host would answer, and a path that is not there', async () => {
    await mkdir(join(dir, 'db/inner'), { recursive: true })
    const server = await new Promise<Server>((resolve) => {
      const made: Server = createServer().listen(join(dir, 'db/inner/socket'), () => resolve(made))
    })
    expect(await refusal(join(dir, 'db'))).toContain(`it holds a socket: ${dir}/db/inner/socket`)
    expect(await refusal(join(dir, 'db/inner/socket'))).toContain('it is a socket')
    server.close()
    expect(await refusal(join(dir, 'gone'))).toContain('does not exist')
  })
})
