import type { Table } from 'mdast'
import { type Doc, lineOf, plain } from './markdown.ts'
import { pattern } from './pattern.ts'
import type { PropertyLayer } from './spec.ts'

const PROPERTY = pattern(
  String.raw`^(?:correctness\s+)?(?:propert(?:y|ies)|属性|プロパティ|свойств[оа]|propiedad|P)\s*#?(\d+)(?:\s*[-–—]\s*(\d+))?(?![\d.])`,
  'iu',
)
const COLUMN = pattern(String.raw`^(?:correctness\s+)?(?:propert(?:y|ies)|属性|プロパティ|свойств[оа]|propiedad)`, 'iu')
const LAYER = pattern(
  'layer|level|kind of test|test type|^type$|层|テスト(?:種別|レベル)|レイヤ|уровень|nivel|capa',
  'iu',
)
const PATH = pattern('file|path|location|文件|ファイル|файл|archivo', 'iu')
const FILE = /^`?([\w@./*-]+\.\w{1,5}(?:::[^`]+)?)`?$/
const MAX_RANGE = 100

/** Rows of test plans: tables whose rows begin with `Property N`. Such a row says where a property is tested; it defines none. */
export function readLayers(doc: Doc): PropertyLayer[] {
  return doc.root.children.flatMap((block) => (block.type === 'table' ? rowsOf(block) : []))
}

function rowsOf(table: Table): PropertyLayer[] {
  const [head, ...rows] = table.children.map((row) => row.children.map((cell) => plain(cell)))
  if (head === undefined) return []
  const named = head.findIndex((cell) => COLUMN.test(cell))
  // A column "Property" with nothing but numbers; in one with names a number is a name too.
  const numbered = named >= 0 && rows.length > 0 && rows.every((cells) => /^\d+$/.test(cells[named] ?? ''))
  const counted = numbered || /^property\s*(?:#|no\.?|number|id)$/i.test(head[named] ?? '')
  const layerAt = head.findIndex((cell, at) => at !== named && LAYER.test(cell))
  const pathAt = head.findIndex((cell, at) => at !== named && at !== layerAt && PATH.test(cell))
  return rows.flatMap((cells, index) => {
    const at = named >= 0 ? named : 0
    const first = (cells[at] ?? '').replace(/^\*+/, '')
    const match = PROPERTY.exec(first) ?? (counted ? /^(\d+)()$/.exec(first) : null)
    if (match === null) return []
    const from = Number(match[1])
    const to = Math.min(match[2] ? Number(match[2]) : from, from + MAX_RANGE)
    const path = pathAt >= 0 ? (cells[pathAt] ?? '') : (cells.find((cell) => FILE.test(cell)) ?? '')
    const text = cells.filter((cell, column) => ![at, layerAt, pathAt].includes(column) && cell !== '' && cell !== path)
    const title = first.slice(match[0].length).replace(/^[\s:：.–—-]+/, '')
    const row = {
      layer: (layerAt >= 0 ? cells[layerAt] : null) || null,
      path: path.replace(/^`|`$/g, '') || null,
      text: [title, ...text].filter((part) => part !== '').join(' | '),
      line: lineOf(table.children[index + 1]!),
    }
    return Array.from({ length: Math.max(1, to - from + 1) }, (_, step) => ({ property: from + step, ...row }))
  })
}
