/** What the pictures of the simulation kit are made of, and nothing that could act. */
const ELEMENTS = new Set(['svg', 'style', 'defs', 'marker', 'path', 'rect', 'line', 'circle', 'text', 'title'])
const ATTRIBUTES =
  /^(?:xmlns|width|height|viewBox|role|aria-label|id|refX|refY|markerWidth|markerHeight|orient|d|fill|class|[xy][12]?|c[xy]|r|marker-end)$/
const TAG = /<(\/?)([a-z]+)((?:\s[a-zA-Z0-9-]+="[^"<]*")*)\s*\/?>/g
const ATTRIBUTE = /\s([a-zA-Z0-9-]+)="([^"<]*)"/g

/** Whether an SVG document that a test process has drawn can be opened without harm: only shapes, text and our one style. */
export function isHarmlessSvg(svg: string): boolean {
  const rest = svg.replace(TAG, (_whole, _end, name: string, attributes: string) => {
    if (!ELEMENTS.has(name)) return '<'
    for (const [, key = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
      if (!ATTRIBUTES.test(key) || (/url\(|:/.test(value) && !isKnownValue(key, value))) return '<'
    }
    return ''
  })
  const styles = [...svg.matchAll(/<style>([^<]*)<\/style>/g)].map(([, style]) => style!)
  const opened = svg.split('<style').length - 1
  // Nothing in a style may call, import or escape anything.
  const plain = styles.length === opened && styles.every((style) => /^[\w\s.,:;{}#%-]*$/.test(style))
  return svg.startsWith('<svg ') && !rest.includes('<') && plain
}

function isKnownValue(key: string, value: string): boolean {
  return (key === 'xmlns' && value === 'http://www.w3.org/2000/svg') || (key === 'marker-end' && value === 'url(#a)')
}
