import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundsOf } from '../../../src/core/spec/bounds.ts'
import { inBase } from '../../../src/core/spec/units.ts'

const read = (text: string) => boundsOf(text).map(({ relation, value, unit }) => `${relation} ${value} ${unit}`.trim())

/** A phrase and what it holds; several are divided by `; `, an empty text is none. */
const PHRASES: Record<string, [string, string][]> = {
  'durations in English': [
    ['answers within 60 s', 'within 60 s'],
    ['Failed workers detected within 45s', 'within 45 s'],
    ['within one minute', 'within 1 min'],
    ['within 250ms of the request', 'within 250 ms'],
    ['in 5 seconds', 'within 5 s'],
    ['in under 5 minutes', 'within 5 min'],
    ['in less than 2 hours', 'within 2 h'],
    ['within a second', 'within 1 s'],
    ['within an hour of the alarm', 'within 1 h'],
    ['no later than 30 minutes after the crash', 'within 30 min'],
    ['for 30 seconds', 'for 30 s'],
    ['has been silent for more than 90 s', 'above 90 s'],
    ['after 30s silence', 'after 30 s'],
    ['after a minute', 'after 1 min'],
    ['30 seconds of silence', 'is 30 s'],
    ['a 30-second timeout', 'is 30 s'],
    ['a lease of 15 minutes', 'is 15 min'],
    ['half a second', 'is 0.5 s'],
    ['within half an hour', 'within 0.5 h'],
    ['every 10 s', 'every 10 s'],
    ['every second', 'every 1 s'],
    ['each day', 'every 1 d'],
    ['once every 10 seconds', 'every 10 s'],
    ['every ninety days', 'every 90 d'],
    ['twelve hours and 2 days', 'is 12 h; is 2 d'],
    ['reminds 60 days before the due date', 'before 60 d'],
    ['a retention of 7 years', 'is 7 year'],
    ['keeps logs 2 weeks', 'is 2 week'],
    ['a pause of at least 1.5 s', 'at least 1.5 s'],
    ['takes no longer than 200 milliseconds', 'at most 200 ms'],
    ['shall not take longer than 5 s', 'at most 5 s'],
    ['not earlier than 30 s after the last heartbeat', 'at least 30 s'],
    ['SHALL NOT mark it earlier than 30 s', 'at least 30 s'],
    ['the default timeout (30 seconds)', 'is 30 s'],
    ['≤ 5 s', 'at most 5 s'],
    ['latency < 10ms per call', 'below 10 ms'],
    ['up to 3 minutes', 'at most 3 min'],
    ['60 seconds or less', 'at most 60 s'],
    ['5 minutes at the latest', 'at most 5 min'],
    ['exactly 24 hours', 'exactly 24 h'],
    ['at most one hour', 'at most 1 h'],
  ],
  'ranges are two bounds': [
    ['between 2 and 5 seconds', 'at least 2 s; at most 5 s'],
    ['between 0 and 100', 'at least 0; at most 100'],
    ['an integer from 0 to 9', 'at least 0; at most 9'],
    ['60-300 seconds', 'at least 60 s; at most 300 s'],
    ['jitter of 0–500ms', 'at least 0 ms; at most 500 ms'],
    ['names of 2-100 characters', 'at least 2 characters; at most 100 characters'],
    ['between 5% and 10%', 'at least 5 %; at most 10 %'],
    ['between 5 seconds and 2 minutes', 'at least 5 s; at most 2 min'],
    ['the next 30 and 60 days', 'is 30 d; is 60 d'],
  ],
  'counts and times': [
    ['at most twice', 'at most 2 times'],
    ['at least once', 'at least 1 times'],
    ['exactly once', 'exactly 1 times'],
    ['retried twice', 'is 2 times'],
    ['execute no job more than twice', 'at most 2 times'],
    ['no job is executed more than two times', 'at most 2 times'],
    ['never more than 3 workers', 'at most 3 workers'],
    ['no more than two executions', 'at most 2 executions'],
    ['shall not exceed 45 entries', 'at most 45 entries'],
    ['without exceeding 10 connections', 'at most 10 connections'],
    ['a maximum of 5 login attempts', 'at most 5 attempts'],
    ['max 3 retries', 'at most 3 retries'],
    ['at most one leader per term', 'at most 1 leader'],
    ['at least 8 characters', 'at least 8 characters'],
    ['minimum 12 characters', 'at least 12 characters'],
    ['fewer than 10 nodes', 'below 10 nodes'],
    ['more than 5 consecutive failures', 'above 5 failures'],
    ['exceeds 100 entries', 'above 100 entries'],
    ['exactly the 25 ranked weaknesses', 'exactly 25 weaknesses'],
    ['up to 1,000 records', 'at most 1000 records'],
    ['at or below 1,000 records', 'at most 1000 records'],
    ['retry up to 3 times', 'at most 3 times'],
    ['is tried three times', 'is 3 times'],
    ['runs 100 iterations minimum', 'at least 100 iterations'],
    ['supports 3 or more replicas', 'at least 3 replicas'],
    ['accepts at least 2 million rows', 'at least 2000000 rows'],
    ['at least ten thousand jobs', 'at least 10000 jobs'],
    ['limit push notifications to 5 per day', 'at most 5 /day'],
    ['limited to 20 items', 'at most 20 items'],
    ['handles 2+ groups', 'at least 2 groups'],
    ['amounts above $500', 'above 500 $'],
    ['exceeds ₦500,000', 'above 500000 ₦'],
    ['exceeds 5', 'above 5'],
    ['below 1 or above 10000', 'below 1; above 10000'],
    ['fewer than 3 or more than 5 replicas', 'below 3; above 5 replicas'],
    ['below 5 s or above 10 s', 'below 5 s; above 10 s'],
    ['below 1% or above 10%', 'below 1 %; above 10 %'],
    ['below $1 or above $100', 'below 1 $; above 100 $'],
    ['below 1 or higher than 10', 'below 1; above 10'],
    ['below one or above ten', 'below 1; above 10'],
    ['3 or more 5-minute windows', 'at least 3; is 5 min'],
    ['for 3 workers', ''],
    ['once the worker reconnects', ''],
    ['the 3 nodes of the cluster', ''],
    ['within a tenant', ''],
    ['in 3 files', ''],
  ],
  rates: [
    ['10,000 jobs/second', 'is 10000 jobs/second'],
    ['at least 10k requests per second', 'at least 10000 requests/second'],
    ['100 requests per minute', 'is 100 requests/minute'],
    ['5/minute', 'is 5 /minute'],
    ['at most 3 retries per hour', 'at most 3 retries/hour'],
    ['50 MB/s', 'is 50 MB/second'],
    ['twice a day', 'is 2 times/day'],
    ['once per hour', 'is 1 times/hour'],
    ['more than 10 times per second', 'above 10 times/second'],
    ['10 jobs/s', 'is 10 jobs/second'],
  ],
  'percent and sizes': [
    ['at least 99.9% of requests', 'at least 99.9 %'],
    ['80 percent coverage', 'is 80 %'],
    ['rises by more than 20%', 'above 20 %'],
    ['below 5 %', 'below 5 %'],
    ['no more than 1.5 MB', 'at most 1.5 MB'],
    ['a buffer of 64 KiB', 'is 64 KiB'],
    ['10GB of storage', 'is 10 GB'],
    ['uploads larger than 5mb', 'above 5 MB'],
    ['at most 512 bytes', 'at most 512 B'],
    ['10 MB or larger', 'at least 10 MB'],
  ],
  Chinese: [
    ['在 5 毫秒内完成写入', 'within 5 ms'],
    ['系统应在3秒内响应', 'within 3 s'],
    ['超过 30 天的数据', 'above 30 d'],
    ['最多重试 3 次', 'is 3 times'],
    ['重试不超过 3 次', 'at most 3 times'],
    ['至少 2 个副本', 'at least 2 个'],
    ['不低于 500 毫秒', 'at least 500 ms'],
    ['每 10 秒发送心跳', 'every 10 s'],
    ['超过预算的 80%', 'is 80 %'],
    ['不超过原始数据的 50%', 'is 50 %'],
    ['30 秒无心跳后', 'for 30 s'],
    ['持续 5 分钟', 'for 5 min'],
    ['20 条以上', 'at least 20 条'],
    ['三次以内', 'at most 3 times'],
  ],
  Japanese: [
    ['30秒以内に結果を返す', 'within 30 s'],
    ['100ミリ秒以内', 'within 100 ms'],
    ['５秒以内', 'within 5 s'],
    ['10MB以上のファイル', 'at least 10 MB'],
    ['2MB以下の画像', 'at most 2 MB'],
    ['10分未満', 'below 10 min'],
    ['3分を超える', 'above 3 min'],
    ['10秒ごとに送信する', 'every 10 s'],
    ['95%以上の精度', 'at least 95 %'],
    ['80%を超える', 'above 80 %'],
    ['少なくとも5つの選択肢', 'at least 5 つ'],
    ['最大3回まで再試行', 'at most 3 times'],
    ['7日間の変化', 'is 7 d'],
    ['24時間以内に削除', 'within 24 h'],
    ['200-500文字', 'at least 200 文字; at most 500 文字'],
  ],
  'Russian and Spanish': [
    ['в течение 60 секунд', 'within 60 s'],
    ['не более 3 раз', 'at most 3 times'],
    ['не менее 99,9%', ''],
    ['каждые 10 секунд', 'every 10 s'],
    ['более 5 минут', 'above 5 min'],
    ['через 30 с', 'after 30 s'],
    ['не превышает 2 МБ', 'at most 2 MB'],
    ['100 запросов в секунду', 'is 100 запросов/second'],
    ['dentro de 30 segundos', 'within 30 s'],
    ['como máximo 3 veces', 'at most 3 times'],
    ['al menos 8 caracteres', 'at least 8 caracteres'],
    ['cada 10 minutos', 'every 10 min'],
    ['más de 5 intentos', 'above 5 intentos'],
  ],
  'what is no bound': [
    ['answers HTTP 404', ''],
    ['return a 403 Forbidden error', ''],
    ['HTTP status codes (200, 400, 401, 500)', ''],
    ['listens on port 8080', ''],
    ['Step 6d of version 2.0.1', ''],
    ['draws a 3D scene', ''],
    ['requires Python 3.8+ and Vue 3', ''],
    ['TLS 1.3 for all connections', ''],
    ['AES-256-GCM and SHA-1', ''],
    ['see Requirement 4.2 and Section 3', ''],
    ['created on 2026-01-09', ''],
    ['every day at 6:00 AM', 'every 1 d'],
    ['RFC 5322 and WCAG 2.1 AA', ''],
    ['the 1st of each month', 'every 1 month'],
    ['`retries: 3`', ''],
    ['FR-001 and T012', ''],
    ['the two drawers', ''],
    ['uses v2 of the API', ''],
    ['ids such as CWE-79', ''],
    ['temperature 0.1', ''],
    ['a 16x16 grid', ''],
  ],
}

describe('bounds', () => {
  for (const [group, phrases] of Object.entries(PHRASES)) {
    it.each(phrases)(`${group}: %j holds %j`, (text, expected) => {
      expect(read(text).join('; ')).toBe(expected)
    })
  }

  it('are many enough to be a test of the language', () => {
    expect(Object.values(PHRASES).flat().length).toBeGreaterThanOrEqual(120)
  })

  it('keep the words they were read from', () => {
    expect(boundsOf('THE Queue SHALL answer within 30 seconds, at most twice').map(({ text }) => text)).toEqual([
      'within 30 seconds',
      'at most twice',
    ])
  })

  it('can be compared in the base of their unit', () => {
    expect(inBase(2, 'min')).toEqual({ value: 120_000, unit: 'ms' })
    expect(inBase(64, 'KiB')).toEqual({ value: 65_536, unit: 'B' })
    expect(inBase(3, 'jobs')).toEqual({ value: 3, unit: 'jobs' })
  })

  it('are read from any text, and stand in it', () => {
    const piece = fc.constantFrom(
      ...[
        'within ',
        'no ',
        'more than ',
        'at most ',
        '5',
        '10,000',
        '1.5',
        ' ',
        's',
        ' ms',
        '%',
        '-',
        '/',
        'twice ',
        'every ',
      ],
      ...[
        '以内',
        '秒',
        '超过',
        'не более ',
        '(',
        ')',
        'jobs',
        'per second',
        '3.1.4',
        'between ',
        ' and ',
        'ü',
        '\n',
        '"',
      ],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 30 }), (parts, rest) => {
        const text = parts.join('') + rest
        for (const { text: written, value } of boundsOf(text)) {
          expect(text).toContain(written)
          expect(Number.isFinite(value)).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})
