/** A place that keeps a law: without it a scenario must be found that breaks one. */
export interface Guard {
  name: string
  file: string
  search: string
  replace: string
}

export const GUARDS: Guard[] = [
  {
    name: 'the commit holds the tree that was judged',
    file: 'src/task/commit.ts',
    search: 'if (made.tree !== candidate.tree)',
    replace: 'if (false)',
  },
  {
    name: 'nothing interrupts between commit and landing',
    file: 'src/task/task.ts',
    search: 'world.signal.aborted && !current.commit',
    replace: 'world.signal.aborted',
  },
  {
    name: 'a task that has ended goes no further',
    file: 'src/task/task.ts',
    search: 'if (current.outcome) break',
    replace: '',
  },
  {
    name: 'only a commit that was verified here lands from its branch',
    file: 'src/task/land-waiting.ts',
    search: 'if (!(await verifiedCommits(world, spec.id, task.id)).includes(waiting.commit)) {',
    replace: 'if (false) {',
  },
  {
    name: 'what is verified is remembered before it can wait',
    file: 'src/task/commit.ts',
    search:
      '  await world.remember(verifiedKey(plan.spec.id, plan.task.id), [...known, made.commit].slice(-MOST_VERIFIED))',
    replace: '',
  },
  {
    name: 'a commit for another text of the task does not land',
    file: 'src/task/land-waiting.ts',
    search: 'if (!isForText(waiting, state.plan)) {',
    replace: 'if (false) {',
  },
  {
    name: 'a commit on another base is judged again',
    file: 'src/task/land-waiting.ts',
    search: 'if (waiting.parent !== state.tree.commit) {',
    replace: 'if (false) {',
  },
  {
    name: 'a branch whose commit has landed in another form goes',
    file: 'src/run.ts',
    search: 'if (!options.dryRun) await dropLanded(world, base.tree, base.specs)',
    replace: '',
  },
  {
    name: 'tokens are checked before a call',
    file: 'src/core/budget.ts',
    search: 'if (limits.maxTokens !== null) {',
    replace: 'if (false) {',
  },
  {
    name: 'money is checked before a call',
    file: 'src/core/budget.ts',
    search: 'if (limits.maxUsd !== null && price) {',
    replace: 'if (false) {',
  },
  {
    name: 'a lost answer is asked again only within the limits',
    file: 'src/task/ask.ts',
    search: 'if (!permit.ok || !again.ok || again.maxOutputTokens < permit.maxOutputTokens) return false',
    replace: '',
  },
  {
    name: 'a lost answer is held back from the other workers',
    file: 'src/task/ask.ts',
    search: '    reservation?.repeat(billed, usd)\n',
    replace: '',
  },
  {
    name: 'a hook of the project runs again where a run goes on',
    file: 'src/io/journal/calls.ts',
    search: "if (request.stage === 'hooks') return live()",
    replace: '',
  },
  {
    name: 'frozen tests stay as they were judged',
    file: 'src/task/project-hooks.ts',
    search: 'frozen.has(one.path) ? one : {',
    replace: 'false ? one : {',
  },
  {
    name: 'a commit that landed in another form is known by that',
    file: 'src/task/land-waiting.ts',
    search: 'if (await hasLandedAnew(world, spec.id, task, waiting.commit)) return world.dropWaiting(waiting)',
    replace: '',
  },
  {
    name: 'all workers know that memory has changed',
    file: 'src/io/journal/calls.ts',
    search: 'JSON.stringify(value)) past.same = false',
    replace: 'JSON.stringify(value)) void 0',
  },
  {
    name: 'what was billed is charged',
    file: 'src/task/ask.ts',
    search: '    spent: spend(state.spent, usage, usd),\n',
    replace: '',
  },
  {
    name: 'one task after another draws on the same budget',
    file: 'src/run.ts',
    search: '    spent = step.spent\n',
    replace: '',
  },
  {
    name: 'nothing long begins when the time is up',
    file: 'src/task/deadline.ts',
    search: 'if (isUp()) return instead(...args)',
    replace: '',
  },
  {
    name: 'a worktree is closed whatever happens in it',
    file: 'src/task/checks.ts',
    search: '  } finally {\n    await world.closeWorktree(worktree)\n  }',
    replace: '  } finally {\n    if (!world.signal.aborted) await world.closeWorktree(worktree)\n  }',
  },
  {
    name: 'an answer in the journal is not asked for again',
    file: 'src/io/journal/calls.ts',
    search: "const found = known('askModel', [request])",
    replace: 'const found = null as { value: unknown } | null',
  },
  {
    name: 'a baseline that nothing can be judged by is not remembered',
    file: 'src/task/baseline.ts',
    search: 'if (mine && !judged.outcome) await',
    replace: 'if (mine) await',
  },
  {
    name: 'a red of the last run ends the attempt',
    file: 'src/task/evidence.ts',
    search: "if (!verdict.ok) return { kind: 'red', stage: 'final'",
    replace: "if (!verdict.ok && false) return { kind: 'red', stage: 'final'",
  },
  {
    name: 'a patch cannot reach what judges it',
    file: 'src/task/read-patch.ts',
    search: 'if (refused.length > 0) return strike(world, refused, strikes)',
    replace: '',
  },
  {
    name: 'the tick is part of the candidate',
    file: 'src/task/attempt.ts',
    search: 'patch, [tickedTasks(plan)])',
    replace: 'patch)',
  },
  {
    name: 'tests that nothing makes red are not frozen',
    file: 'src/core/verdict/red.ts',
    search: 'ok: untouched.length === 0 && skipped.length === 0 && asserted.length > 0 && missing === null,',
    replace: 'ok: true,',
  },
]
