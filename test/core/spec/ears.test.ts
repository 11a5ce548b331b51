import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ears, obliges } from '../../../src/core/spec/ears.ts'

/** Pattern, system, conditions and response of a sentence in one line. */
const read = (text: string) => {
  const { pattern, system, conditions, response } = ears(text)
  return [
    pattern,
    system ?? '-',
    conditions.map((one) => `${one.kind} ${one.text}`).join(' & ') || '-',
    response ?? '-',
  ].join(' | ')
}

describe('a requirement sentence', () => {
  it.each([
    ['THE Job_Queue SHALL keep jobs.', 'ubiquitous | Job_Queue | - | keep jobs.'],
    ['The hook shall stay quiet', 'ubiquitous | hook | - | stay quiet'],
    ['Jobs SHALL be stored', 'ubiquitous | Jobs | - | be stored'],
    ['System MUST log', 'ubiquitous | System | - | log'],
    ['WHEN a job arrives, THE Queue SHALL store it', 'event | Queue | event a job arrives | store it'],
    ['WHEN a job arrives THE Queue SHALL store it', 'event | Queue | event a job arrives | store it'],
    ['WHEN a job arrives THEN Queue SHALL store it', 'event | Queue | event a job arrives | store it'],
    ['When a, b, or c arrives, the queue shall store it', 'event | queue | event a, b, or c arrives | store it'],
    ['WHEN THE user asks, the system shall answer', 'event | system | event THE user asks | answer'],
    [
      'WHILE full, WHEN a job arrives, THE Queue SHALL refuse it',
      'complex | Queue | state full & event a job arrives | refuse it',
    ],
    [
      'IF a partition occurs, WHEN it heals, THE System SHALL merge',
      'conditional | System | unwanted a partition occurs & event it heals | merge',
    ],
    [
      'IF the disk is full, THEN THE Queue SHALL refuse jobs',
      'unwanted | Queue | unwanted the disk is full | refuse jobs',
    ],
    ['WHERE priorities are on, THE Queue SHALL sort', 'optional | Queue | optional priorities are on | sort'],
    ['THE Queue SHALL answer WHEN asked', 'event | Queue | event asked | answer'],
    ['AFTER 30 seconds, THE Service SHALL try again', 'event | Service | event 30 seconds | try again'],
    ['WHEN `IF x` is typed, THE Shell SHALL echo "WHILE"', 'event | Shell | event `IF x` is typed | echo "WHILE"'],
    [
      'КОГДА приходит задача ТОГДА система ДОЛЖНА сохранить её',
      'event | система | event приходит задача | сохранить её',
    ],
    ['ЕСЛИ диск полон, ТО система должна отказать', 'unwanted | система | unwanted диск полон | отказать'],
    ['CUANDO llega un trabajo, el sistema debe guardarlo', 'event | el sistema | event llega un trabajo | guardarlo'],
    ['WHEN 任务到达时，THE Queue SHALL 保存任务', 'event | Queue | event 任务到达时 | 保存任务'],
    ['当任务到达时，系统必须保存任务', 'event | 系统 | event 任务到达时 | 保存任务'],
    ['如果磁盘已满，系统应当拒绝任务', 'unwanted | 系统 | unwanted 磁盘已满 | 拒绝任务'],
    [
      'WHEN 画像が選択される THEN システムは表示しなければならない',
      'event | システム | event 画像が選択される | 表示しなければならない',
    ],
    ['選択した場合、システムは表示するものとする', 'event | システム | event 選択した場合 | 表示するものとする'],
    ['WHEN ボタンを押す THEN システムは画面を表示する', 'event | システム | event ボタンを押す | 画面を表示する'],
    ['キーボードで操作できること', 'ubiquitous | - | - | キーボードで操作できること'],
    ['When it rains it pours', 'none | - | - | -'],
    ['系统通过应用返回结果', 'none | - | - | -'],
    ['', 'none | - | - | -'],
  ])('%j is taken apart', (text, expected) => expect(read(text)).toBe(expected))

  it('counts its obligations, with what they deny', () => {
    expect(ears('THE Queue SHALL store it and SHALL NOT lose it, and it MUST answer').modals).toEqual([
      'SHALL',
      'SHALL NOT',
      'MUST',
    ])
    expect(ears('Система не должна терять задачи').modals).toEqual(['не должна'])
    expect(ears('THE Shell SHALL print "it shall rain"').modals).toEqual(['SHALL'])
  })

  it('names the event as its trigger, whatever stands before', () => {
    expect(ears('WHILE full, WHEN a job arrives, THE Queue SHALL refuse it').trigger).toBe('a job arrives')
    expect(ears('WHILE full, THE Queue SHALL refuse jobs').trigger).toBe('full')
  })

  it('is read from any text; its parts stand in that text', () => {
    const word = fc.constantFrom(
      ...[
        'WHEN ',
        'While ',
        'IF ',
        'THEN ',
        'THE ',
        'the ',
        'SHALL ',
        'must ',
        ', ',
        '; ',
        'a ',
        'NOT ',
        '`',
        '"',
        '「',
        '」',
        '、',
      ],
      ...['システムは', 'なければならない', '必须', '当', '时，', 'ДОЛЖНА ', 'ЕСЛИ ', '.', '\n', '(', ')'],
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), fc.string({ unit: 'binary', maxLength: 20 }), (words, rest) => {
        const text = words.join('') + rest
        const { conditions, response, trigger, pattern } = ears(text)
        for (const part of [...conditions.map((one) => one.text), response ?? '']) expect(text).toContain(part)
        if (trigger !== null) expect(conditions.map((one) => one.text)).toContain(trigger)
        if (pattern === 'none') expect(conditions).toEqual([])
        else expect(obliges(text) || conditions.length > 0 || response !== null).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
