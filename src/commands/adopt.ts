import { UserError } from '../core/errors.ts'
import { tryGit } from '../io/git/git.ts'
import { type Repository, readHead } from '../io/git/repository.ts'
import { stage } from '../io/git/stage.ts'
import type { Model } from '../io/models/model.ts'
import { personModel, readPersonsChange } from '../io/models/person.ts'

/** A person's change in the place of an implementer's answers. */
export interface Adopted {
  model: Model
  /** Moves what the person changed into the index; the commit that lands holds it. Answers what takes that back. */
  beforeLanding(): Promise<() => Promise<void>>
}

/** Reads what lies in the checkout beside HEAD. Throws UserError where nothing does. */
export async function adopt({ root }: Repository): Promise<Adopted> {
  const change = await readPersonsChange(root, (await readHead(root)).commit)
  if (change.paths.length === 0)
    throw new UserError('There is nothing to adopt: the checkout is as HEAD is. Change the code, and do not commit it.')
  const who = await tryGit(root, ['config', 'user.name'])
  const name = `person/${who.ok ? who.stdout.toString('utf8').trim().replaceAll(/\s+/g, '-') || 'somebody' : 'somebody'}`
  return { model: personModel(name, change), beforeLanding: () => stage(root, change.paths) }
}
