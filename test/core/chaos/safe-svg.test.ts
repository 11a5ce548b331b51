import { expect, it } from 'vitest'
import { Simulation } from '../../../sandbox/sim/index.ts'
import { isHarmlessSvg } from '../../../src/core/chaos/safe-svg.ts'

it('the kit’s own pictures are harmless, and whatever else could act in one is not', () => {
  const sim = new Simulation({
    faults: [
      { kind: 'crash', node: 'a', at: 5, ms: 5 },
      { kind: 'pause', node: 'b', at: 1, ms: 3 },
    ],
  })
  for (const name of ['a', 'b']) {
    sim.node(name, ({ clock, net }) => {
      net.onMessage(name, () => {})
      clock.setInterval(() => net.send(name, name === 'a' ? 'b' : 'a', { '<b>': '"&' }), 2)
    })
  }
  sim.watch('now', () => sim.now())
  sim.run(30)
  const svg = sim.svg()
  expect(isHarmlessSvg(svg)).toBe(true)
  const line = '<line class="lane" x1="1" y1="1" x2="1" y2="1"/>'
  const hostile = [
    '<script>alert(1)</script>',
    '<image href="http://example.invalid/x.png"/>',
    '<a href="javascript:alert(1)"><text>x</text></a>',
    '<rect onload="alert(1)"/>',
    '<foreignObject><iframe/></foreignObject>',
    '<use xlink:href="#x"/>',
    '<rect fill="url(http://example.invalid/)"/>',
    '<rect style="x"/>',
    '<text marker-end="url(#b)">x</text>',
    '<style>@import "http://example.invalid/"</style>',
    '<style>rect{background:url(//example.invalid)}</style>',
    '<animate attributeName="x"/>',
    '<rect x="1" x="<"/>',
    '<!-- -->',
    '<?xml-stylesheet href="x"?>',
    '<!DOCTYPE svg [<!ENTITY x "y">]>',
    "<rect onload='alert(1)'/>",
    '<RECT/>',
  ]
  expect(hostile.filter((part) => isHarmlessSvg(svg.replace('</svg>', `${part}</svg>`)))).toEqual([])
  expect(isHarmlessSvg(svg.replace('</svg>', `${line}</svg>`))).toBe(true)
  expect(isHarmlessSvg(`<html>${svg}`)).toBe(false)
})
