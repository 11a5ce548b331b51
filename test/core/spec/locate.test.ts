import { describe, expect, it } from 'vitest'
import { foldersWithoutTasks, specFolders, steeringPaths } from '../../../src/core/spec/locate.ts'

describe('where specs lie', () => {
  it('is every folder below specs/ or .kiro/specs/ that holds a tasks.md, nested ones by their whole path', () => {
    const paths = [
      '.kiro/specs/login/tasks.md',
      'docs/specs/old/tasks.md',
      'specs/queue/design.md',
      'specs/queue/tasks.md',
      'specs/tasks.md',
      'specs/team/queue v2/tasks.md',
      'specs/team/tasks.md.bak',
      'tasks.md',
    ]
    expect(specFolders(paths)).toEqual([
      { id: 'login', dir: '.kiro/specs/login', twin: null },
      { id: 'queue', dir: 'specs/queue', twin: null },
      { id: 'team/queue v2', dir: 'specs/team/queue v2', twin: null },
    ])
  })

  it('is worth a word where requirements or a design have no tasks', () => {
    const paths = [
      '.kiro/specs/login/design.md',
      'docs/requirements.md',
      'specs/a/design.md',
      'specs/a/requirements.md',
      'specs/b/requirements.md',
      'specs/b/tasks.md',
      'specs/design.md',
      'specs/c/notes.md',
    ]
    expect(foldersWithoutTasks(paths)).toEqual(['.kiro/specs/login', 'specs/a'])
  })
})

describe('steering', () => {
  it('lies in one of three folders', () => {
    const paths = [
      '.kiro/steering/tech.md',
      'specs/q/steering/x.md',
      'specs/steering/product.md',
      'src/steering/a.md',
      'steering/deep/a.md',
      'steering/notes.txt',
      'steering/structure.md',
    ]
    const found = ['.kiro/steering/tech.md', 'specs/steering/product.md', 'steering/structure.md']
    expect(steeringPaths(paths)).toEqual(found)
  })
})
