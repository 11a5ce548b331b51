import { type Expression, pattern } from '../pattern.ts'
import type { Diagnostic, Task } from '../spec.ts'
import { problem, type Reading, tasksPath } from './report.ts'

/** Work whose result is a judgement, an approval or an act in the world: no test in a box can decide that it is done. */
const SURE: [Expression, string][] = [
  [
    pattern(
      String.raw`\bcapacity[- ]plan|容量规划|キャパシティ(?:プランニング|計画)|планирование (?:мощност|ёмкост)|planificación de capacidad`,
      'iu',
    ),
    'capacity planning',
  ],
  [
    pattern(
      String.raw`\bincident[- ]response\b|\bpost-?mortem\b|\bon-?call (?:rotation|schedule)|应急响应|事故(?:复盘|响应)|インシデント対応|реагирование на инцидент|respuesta a incidentes`,
      'iu',
    ),
    'incident response',
  ],
  [
    pattern(
      String.raw`\b(?:formal(?:ly)? (?:proof|prove|verif\w+)|prove (?:that|the|correctness|safety|liveness)|(?:write|give) (?:a|the) (?:formal )?proof|TLA\+? (?:proof|model))|形式(?:化)?(?:证明|验证)|形式(?:的)?検証|формальн\p{L}+ (?:доказательств|верификац)|demostración formal`,
      'iu',
    ),
    'a proof',
  ],
  [
    pattern(
      String.raw`\b(?:sign[- ]?off|(?:get|obtain|request|await|wait for) (?:\S+ ){0,4}(?:approval|consent|permission)|stakeholder|legal review|user (?:interviews?|research|acceptance test)|UAT\b|usability (?:study|test)|purchase|procure|hire)\b|(?:получить|согласовать).{0,30}(?:одобрени|согласи)|获得.{0,10}批准|承認を得`,
      'iu',
    ),
    'a decision of people',
  ],
  [
    pattern(
      String.raw`^(?:manual(?:ly)?\b|perform (?:a )?manual\b|(?:run|do|conduct) (?:a )?manual\b|手动|人工|手動|ручн\p{L}+ |вручную|manualmente)`,
      'iu',
    ),
    'work by hand',
  ],
  [
    pattern(
      String.raw`^(?:research|conduct research|литературн|исследовать|调研|調査(?:する)?$|investigar)(?=\s|[^\p{L}]|$)`,
      'iu',
    ),
    'research',
  ],
]
const LIKELY: [Expression, string][] = [
  [
    /^(?:investigate|explore|spike|evaluate|compare|assess|decide|choose|select between|study)\s(?!.*\b(?:test|implement))/i,
    'research',
  ],
  [
    pattern(
      String.raw`^(?:design|define|draft|plan|decide on) (?:the |an? |our |overall |initial |high-level |system |target )*(?:architecture|system design|migration strategy|rollout|threat model)\b|^(?:设计|制定).{0,10}架构|^アーキテクチャ(?:を|の)(?:設計|検討)`,
      'iu',
    ),
    'first architecture',
  ],
  [
    /^(?:deploy|release|roll ?out|announce|publish)\b.*\b(?:production|prod|users|customers|npm|app store|marketplace)\b/i,
    'an act in the world',
  ],
]

/** Open tasks that need a person and are not marked as such. */
export function lintPersons(reading: Reading, open: readonly Task[]): Diagnostic[] {
  if (reading.spec.archived) return []
  return open.flatMap((task) => {
    if (task.kind === 'human') return []
    // "Build the stakeholder dashboard", "Implement the approval workflow": software about such work.
    if (OF_CODE.test(task.title)) return []
    const sure = what(task, SURE)
    const work = sure ?? what(task, LIKELY)
    if (work === null) return []
    const severity = sure === null ? 'info' : 'warning'
    const seems = sure === null ? 'may be' : 'is'
    const message = `Task ${task.id} ${seems} work for a person (${work}), and nothing marks it so.`
    const suggestion =
      'Add `Human: what is to be decided` or `Class: 4` below it, or say what is to be built and tested.'
    return [problem({ file: tasksPath(reading), line: task.line }, 'needs-a-person', severity, message, suggestion)]
  })
}

const OF_CODE = pattern(
  '^(?:implement|document|describe|explain|outline|build|create|add|write|develop|extend|update|fix|refactor|integrate|render|display|store|expose|handle|test|support|wire|remove|delete|rename|move|реализ|добав|созда|написа|实现|创建|添加|编写|新增|implementar|crear|agregar)',
  'iu',
)

function what(task: Task, among: readonly [Expression, string][]): string | null {
  return among.find(([pattern]) => pattern.test(task.title))?.[1] ?? null
}
