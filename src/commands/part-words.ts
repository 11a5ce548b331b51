import type { PartKind } from '../core/prompt/prompt.ts'

/** What a part of a prompt is, for people who have not read how prompts are made. */
export const PART_WORDS: Readonly<Record<PartKind, string>> = {
  rules: 'how to answer, the same for all tasks',
  steering: 'your rules for every task',
  slice: 'your spec: the task, with what it links to',
  place: 'the folder that the task works in',
  times: 'times in the spec that belong to the task and are not linked to it',
  kit: 'how to write for the simulation kit',
  tests: 'the tests that must hold',
  nearest: 'the existing test file nearest to the task, as a pattern',
  file: 'code that the task is about',
  outline: 'what files beside it export, without bodies',
  facts: 'dependencies and settings of the project',
  map: 'names that the code exports, and other files',
  need: 'what the model asked to see',
  past: 'earlier answers, and what was wrong with them',
  role: 'what is asked for',
}
