/** Markdown that costs a careless reader the square or the cube of its length, or its stack: by name, of about `n` characters each. */
export function hostileTexts(n: number): Record<string, string> {
  const times = (part: string) => part.repeat(Math.ceil(n / part.length))
  /** Paragraphs short enough to be read mark by mark. */
  const paragraphs = (part: string) => times(`${part.repeat(Math.floor(9_000 / part.length))}\n\n`)
  const depth = Math.floor(Math.sqrt(n))
  const columns = Math.floor(n / 6)
  return {
    'one paragraph of many lines': times('a few words of it\n'),
    'one paragraph of many lines with marks': times('a *few* `words` of [it](x)\n'),
    'one line': times('word '),
    'one line of spaces': `- [ ] 1. a${' '.repeat(n)}b`,
    'one line of colons': `### Property 1: a${':'.repeat(n)}b`,
    '> > >': `${times('> ')}a`,
    '> behind >': `${times('>')}a`,
    '- - -': `${times('- ')}a`,
    '1. 1. 1.': `${times('1. ')}a`,
    '> - > -': `${times('> - ')}a`,
    'a list as deep as it is long': Array.from({ length: depth }, (_, at) => `${'  '.repeat(at)}- [ ] ${at}. a\n`).join(
      '',
    ),
    'a quote that goes on without its mark': `> a\n${times('b\n')}`,
    'one list': times('- [ ] 1. a\n'),
    'one list with marks': times('- [ ] 1. a ~b~ <c>\n'),
    'blank lines in a list': `- a\n  - b\n${times('\n')}c`,
    'headings with a line below': times('a\n=\n'),
    'lines across': times('***\n'),
    '<<<<': times('<'),
    '[[[[': times('['),
    '](](': times(']('),
    '****': times('*'),
    backticks: times('`'),
    'ever more backticks': Array.from({ length: depth }, (_, at) => `a${'`'.repeat(at)}`).join(''),
    ...Object.fromEntries(
      ['<', '<?x', '<!-- ', '<a ', '[', '[a](', '![a](b "', '*a ', '_a*', 'a**b ', '~a', '`a', '``a`', '\\', '&a'].map(
        (part) => [`paragraphs of ${part}`, paragraphs(part)],
      ),
    ),
    'a table of many columns': `${'|a'.repeat(columns)}|\n${'|-'.repeat(columns)}|\n${'|b'.repeat(columns)}|\n`,
    'a table of many rows': `|a|b|\n|-|-|\n${times('|c|d|\n')}`,
    'heads of tables': times('|a|\n'),
    'a fence that nothing closes': `\`\`\`\n${times('- [ ] 1. a\n')}`,
    'a fence in a list that nothing closes': `- a\n  \`\`\`\n${times('  - [ ] 1. a\n')}`,
    'HTML that nothing closes': times('<div>\n'),
    'a label that goes on': `- [ ] 1. a\n  - Test: b\n${times('    c\n')}`,
    'a list of ids that goes on': `- [ ] 1. a\n  - _Requirements: 1.1,\n${times('    1.1,\n')}`,
  }
}
