import { groupsOf } from '../links.ts'
import { type Expression, pattern } from '../pattern.ts'
import type { Criterion } from '../requirement.ts'
import type { Diagnostic, Spec } from '../spec.ts'
import { demandsOf, few, problem, type Reading } from './report.ts'

export const FAILURE_MODES = ['crash', 'hang', 'partition', 'duplicate', 'reorder', 'clock skew', 'slow disk'] as const
export type FailureMode = (typeof FAILURE_MODES)[number]

export interface CoverageCell {
  mode: FailureMode
  /** Whether the component can fail like this, by what the spec says of it. */
  applies: boolean
  /** Criteria that say what happens then. */
  criteria: string[]
  /** Numbers of properties that do. */
  properties: number[]
  /** Tasks whose chaos test injects it. */
  tasks: string[]
}

export interface ComponentCoverage {
  /** As the criteria name it: `Coordinator`. */
  component: string
  file: string
  /** Line of the first criterion that names it. */
  line: number
  cells: CoverageCell[]
}

const APART = pattern(String.raw`[^\p{L}\p{N}-]+`, 'u')

/** Words that name a failure mode, in the languages of specs. */
const NAMES: Record<FailureMode, Expression> = {
  crash: pattern(
    String.raw`\bcrash\w*|\bdies\b|\bkilled\b|\bSIGKILL\b|\brestart(?:s|ed|ing)?\b|\bpower (?:loss|failure)|\b(?:node|process|worker|server|leader|broker|replica|instance|service)s? (?:fails?|failure|terminates?|goes down|is down)\b|\bfail(?:s|ed)?[- ]over\b|\b(?:marked|assignments?\b.{0,30}) (?:as )?failed\b|\bunexpected(?:ly)? (?:exit|terminat)\w*|崩溃|宕机|重启|故障转移|クラッシュ|再起動|异常退出|異常終了|\bпад(?:ает|ения|ении)|аварийн|перезапуск|se cae|caída|reinici`,
    'iu',
  ),
  hang: pattern(
    String.raw`\bhang(?:s|ing)?\b|\bhung\b|\bunresponsive\b|\bstall(?:s|ed)?\b|\btime[sd]?[- ]?out\w*|\btiming out\b|\b(?:no|without|miss\w*|silent\b.{0,20}) (?:heartbeat|response|answer|reply)|\bsilent\b|\bdoes not (?:respond|answer|reply)|\bdeadline exceeded|\bstuck\b|超时|无响应|卡死|タイムアウト|応答(?:が)?(?:ない|しない)|ハング|тайм-?аут|не отвечает|зависа|tiempo de espera|no responde`,
    'iu',
  ),
  partition: pattern(
    String.raw`\bpartition(?:s|ed|ing)?\b(?! (?:key|table|by|column|strateg))|\bsplit[- ]brain\b|\bnetwork (?:failure|error|loss|outage|split|is (?:down|lost))|\bunreachable\b|\bdisconnect\w*|\bconnection (?:is |was )?(?:lost|drop\w*|fail\w*|refused|reset)|\blos(?:es|t|ing) (?:the )?connect\w*|\bunavailable\b|\boffline\b|\breconnect\w*|网络(?:分区|中断|故障|异常|错误)|断开|断线|不可用|离线|ネットワーク(?:分断|障害|エラー|切断)|切断|オフライン|接続(?:が)?(?:失|切)|разрыв|недоступ|сетев\p{L}+ (?:ошибк|сбо)|partición|desconect|no disponible`,
    'iu',
  ),
  duplicate: pattern(
    String.raw`\bduplicat\w*|\bidempoten\w*|\b(?:at most|exactly|no more than|more than) (?:once|twice)\b|\bmore than twice\b|\brepeat(?:s|ed|edly)? (?:the |a |same )?(?:submission|request|message|completion|delivery|call)|\bsame request\b|\bre-?deliver\w*|\breplay(?:s|ed)?\b|\bdedup\w*|重复|幂等|重複|冪等|べき等|дубл|повторн|идемпотент|duplicad|idempot`,
    'iu',
  ),
  reorder: pattern(
    String.raw`\bre-?order\w*|\bout[- ]of[- ]order\b|\bstale\b|\barrives? late\b|\blate (?:message|completion|answer|reply|response|arriv)|\bolder (?:version|epoch|term|message)|\bany order\b|\bwrong order\b|\bin order\b|\border of (?:arrival|submission|receipt)|\bsequence number|\bepoch\b|\b(?:vector|logical|lamport) clocks?\b|乱序|顺序(?:错|不)|过期(?:消息|数据)|順序(?:が|の)(?:逆|乱|入れ)|古い|не по порядку|устаревш|fuera de orden|obsolet`,
    'iu',
  ),
  'clock skew': pattern(
    String.raw`\bclock (?:skew|drift|jump|chang|is (?:set|wrong|behind|ahead))\w*|\bskew(?:ed)?\b|\bdrift(?:s|ed)?\b|\btime (?:jumps?|goes back|moves back|zone change)|\bdaylight[- ]saving|\bmonotonic\b|\bNTP\b|时钟(?:偏移|漂移|回拨)|时间回拨|時刻(?:の)?ずれ|クロック(?:スキュー|のずれ)|рассинхронизац|сдвиг времени|desfase (?:de|del) reloj`,
    'iu',
  ),
  'slow disk': pattern(
    String.raw`\bslow (?:disk|storage|write|I/O)|\b(?:disk|storage|volume) (?:is |becomes )?(?:slow|full|fail\w*|error\w*|latency|space)|\bfsync\b|\bI/O (?:error|fail\w*|latency|timeout)|\bwrites? (?:fails?|failed|failure|error|latency|times out)|\bout of (?:disk )?space\b|\bENOSPC\b|\bcorrupt\w*|磁盘(?:满|慢|空间|故障)|写入失败|ディスク(?:フル|容量|障害|が遅)|書き込み(?:に)?失敗|диск\p{L}* (?:заполн|медлен|ошибк)|ошибк\p{L}+ записи|disco (?:lleno|lento)`,
    'iu',
  ),
}

const ACTIVE = pattern(
  String.raw`\b(?:nodes?|process(?:es)?|servers?|services?|workers?|replicas?|peers?|brokers?|leaders?|followers?|coordinators?|daemons?|cluster|schedulers?|agents?|gateways?|proxy|proxies|consumers?|producers?)\b|节点|服务器|进程|集群|ノード|サーバ|プロセス|クラスタ|узел|узл|сервер|процесс|кластер|nodo|servidor`,
  'iu',
)
const TALKS = pattern(
  String.raw`\b(?:messages?|heartbeats?|network|RPC|gRPC|requests?|replicat\w*|publish(?:es|ed)?|subscrib\w*|queue[sd]?|broadcast\w*|acknowledg\w*|acks?|submissions?|submits?|completions?|webhooks?|votes?|gossip)\b|消息|心跳|网络|请求|メッセージ|ハートビート|ネットワーク|リクエスト|сообщени|запрос|сеть|сети|mensaje|petici|red\b`,
  'iu',
)
const TIMED = pattern(
  String.raw`\b(?:time-?outs?|leases?|expir\w*|TTL|deadline|timestamps?|clock|schedule[sd]?|epoch|interval|heartbeats?)\b|超时|过期|租约|时间戳|タイムアウト|期限|тайм-?аут|истека|срок|tiempo de espera|caduc`,
  'iu',
)
const STORES = pattern(
  String.raw`\b(?:persist\w*|disk|write-ahead|WAL|fsync|journal\w*|durab\w*|snapshots?|storage|stores? (?:the|all|each|its)|writes? (?:the|all|each|to)|log entr\w*|databases?)\b|持久化|磁盘|数据库|永続|ディスク|データベース|диск|хранит|сохраня|базу данных|persist|disco|base de datos`,
  'iu',
)
/** "It does not crash in this spec." */
const NEVER = pattern(
  String.raw`\b(?:does not|do not|never|cannot|is assumed not to) (?:crash|fail|restart)\b|不会崩溃|クラッシュしない|не падает|no falla`,
  'iu',
)

/** Whether a spec is about systems that fail on their own: without that, a table of failure modes would ask for nonsense. */
function isAboutFailure(spec: Pick<Spec, 'requirements'>): boolean {
  const texts = spec.requirements.flatMap(({ criteria }) => criteria.map(({ text }) => text)).join('\n')
  if (!ACTIVE.test(texts)) return false
  const hard: FailureMode[] = ['crash', 'partition', 'clock skew', 'reorder']
  return hard.filter((mode) => NAMES[mode].test(texts)).length >= 2
}

interface Component {
  name: string
  file: string
  line: number
  criteria: Criterion[]
}

function componentsOf(reading: Pick<Reading, 'spec'>): Component[] {
  const found = new Map<string, Component>()
  for (const { requirement, criterion } of demandsOf(reading)) {
    const name = criterion.system
    if (
      name === null ||
      name.length > 40 ||
      /^(?:it|they|this|that|he|she|there|nothing|no|all|each|every|any)\b/i.test(name)
    )
      continue
    const key = wordsOf(name)
    const entry = found.get(key)
    if (entry === undefined)
      found.set(key, { name, file: requirement.file, line: criterion.line, criteria: [criterion] })
    else entry.criteria.push(criterion)
  }
  return [...found.values()]
}

/**
 * Component x failure mode: which criteria, properties and chaos tests speak of it. Components are the systems of the criteria. A
 * criterion speaks of its own system and of those that it names ("WHEN a worker crashes, THE Coordinator SHALL ..."). Linear.
 */
export function coverageOf(spec: Omit<Spec, 'diagnostics'>): ComponentCoverage[] {
  const components = componentsOf({ spec })
  const terms = new Map(spec.glossary.map(({ term, text }) => [wordsOf(term), text]))
  const table = new Map(
    components.map((component) => {
      const can = modesOf(component.name, terms.get(wordsOf(component.name)) ?? '', component.criteria)
      const cells = FAILURE_MODES.map(
        (mode): CoverageCell => ({ mode, applies: can.has(mode), criteria: [], properties: [], tasks: [] }),
      )
      return [component, cells] as const
    }),
  )
  const named = namesIn(components)
  const owner = ownersOf(components)
  const speak = (text: string, ids: readonly string[], put: (cell: CoverageCell) => void) => {
    const modes = FAILURE_MODES.map((mode) => NAMES[mode].test(text))
    if (!modes.includes(true)) return
    const about = new Set([...ids.flatMap((id) => owner.get(id) ?? []), ...named(text)])
    for (const component of about)
      table.get(component)!.forEach((cell, at) => {
        if (modes[at]) put(cell)
      })
  }
  for (const { criterion } of demandsOf({ spec }))
    speak(criterion.text, [criterion.id], (cell) => cell.criteria.push(criterion.id))
  for (const { n, title, text, validates } of spec.properties)
    speak(`${title} ${text}`, validates, (cell) => cell.properties.push(n))
  for (const { id, test, requirements } of spec.tasks)
    if (test?.kind === 'chaos') speak(test.text, requirements, (cell) => cell.tasks.push(id))
  return components.map((component) => {
    const { name, file, line } = component
    return { component: name, file, line, cells: table.get(component)! }
  })
}

function wordsOf(name: string): string {
  return name.toLowerCase().replace(/_/g, ' ')
}

/** By id of a criterion or of its requirement: the components whose criteria these are. */
function ownersOf(components: readonly Component[]): Map<string, Component[]> {
  const owners = new Map<string, Set<Component>>()
  for (const component of components)
    for (const { id } of component.criteria)
      for (const one of [id, ...groupsOf(id)]) owners.set(one, (owners.get(one) ?? new Set()).add(component))
  return new Map([...owners].map(([id, found]) => [id, [...found]]))
}

// Of hundreds of names that end alike, each would be looked for in each text.
const MOST_ALIKE = 50

/** Which components a text names, also in the plural. Looked up by the last word of the name, so that many components cost no more. */
function namesIn(components: readonly Component[]): (text: string) => Component[] {
  const byHead = new Map<string, { name: string; component: Component }[]>()
  for (const component of components) {
    const name = wordsOf(component.name)
    // "The system" is named everywhere and means nothing by it.
    if (/^(?:system|application|app|service|software|tool)$/.test(name)) continue
    const head = name.slice(name.lastIndexOf(' ') + 1)
    const alike = byHead.get(head)
    if (alike === undefined) byHead.set(head, [{ name, component }])
    else if (alike.length < MOST_ALIKE) alike.push({ name, component })
  }
  return (text) => {
    const words = wordsOf(text)
    const heads = new Set(words.split(APART.on(words)).flatMap((word) => [word, word.replace(/s$/, '')]))
    return [...heads].flatMap((head) =>
      (byHead.get(head) ?? []).filter(({ name }) => words.includes(name)).map(({ component }) => component),
    )
  }
}

/** The modes that a component can fail in, by its name, its glossary entry and what its criteria make it do. */
function modesOf(name: string, glossary: string, criteria: readonly Criterion[]): Set<FailureMode> {
  const text = [name.replace(/_/g, ' '), glossary, ...criteria.map((one) => one.text)].join('\n')
  // The head of the name counts: an "agent" acts, a "process exit code" does not.
  const head = name.replace(/_/g, ' ').split(' ').at(-1) ?? ''
  const active = ACTIVE.test(head) || ACTIVE.test(glossary)
  const talks = TALKS.test(text)
  const timed =
    TIMED.test(text) || criteria.some(({ bounds }) => bounds.some(({ unit }) => /^(?:ms|s|min|h)$/.test(unit)))
  const found = new Set<FailureMode>()
  if (active && !NEVER.test(glossary)) found.add('crash')
  if (active && talks) for (const mode of ['hang', 'partition', 'duplicate', 'reorder'] as const) found.add(mode)
  if (active && timed) found.add('clock skew')
  if (STORES.test(text) && (active || talks)) found.add('slow disk')
  return found
}

/** Whether anything speaks of a cell. */
export function isCovered({ criteria, properties, tasks }: CoverageCell): boolean {
  return criteria.length + properties.length + tasks.length > 0
}

/** Components of a spec about failure that leave failure modes open. */
export function lintCoverage({ spec }: Reading): Diagnostic[] {
  if (spec.archived || !isAboutFailure(spec)) return []
  return coverageOf(spec).flatMap(({ component, file, line, cells }) => {
    const open = cells.filter((cell) => cell.applies && !isCovered(cell)).map(({ mode }) => mode)
    if (open.length === 0) return []
    const message = `Nothing says what happens to ${component} in case of ${few(open, 7)}.`
    const suggestion = `Write \`IF <${open[0]}>, THEN THE ${component} SHALL ...\`, or say in the glossary why it cannot happen; \`agent lint --coverage\` shows the table.`
    return [problem({ file, line }, 'failure-mode-open', 'info', message, suggestion)]
  })
}
