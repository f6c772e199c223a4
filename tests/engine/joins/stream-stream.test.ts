import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { engineWith, watch } from '../engine/harness.ts'
import { check } from '../engine/property.ts'
import { anyEvents, type Event, event, feed, SOURCES, shorts } from './events.ts'

/** What a join of l and r gives for the events; `ended`: with the rows the end of the input gives out. */
function joined(join: string, events: readonly string[], ended = false): string[] {
  return run(join, events.map(event), ended)
}

function run(join: string, events: readonly Event[], ended = false): string[] {
  const key = join.includes('OUTER') ? 'ROWKEY AS k' : 'l.k AS k'
  const engine = engineWith(
    `${SOURCES} CREATE STREAM j AS SELECT ${key}, l.v AS lv, r.v AS rv FROM l ${join} ON l.k = r.k EMIT CHANGES;`,
  )
  const outputs = watch(engine)
  feed(engine, events)
  if (ended) engine.end()
  return shorts(outputs, 'J')
}

describe('a join of streams', () => {
  test('pairs rows of one key within the window, at the later of both times', () => {
    const events = ['l a 1 @100', 'r a 2 @105', 'r b 3 @105', 'r a 4 @111', 'l a 5 @112']
    expect(joined('JOIN r WITHIN 10 SECONDS', events)).toEqual(['a 1,2 @105', 'a 5,2 @112', 'a 5,4 @112'])
  })

  test('has a window of its own before and after', () => {
    const events = ['l a 1 @100', 'r a 2 @94', 'r a 3 @95', 'r a 4 @101', 'r a 5 @102']
    expect(joined('JOIN r WITHIN (5 SECONDS, 1 SECOND)', events)).toEqual(['a 1,3 @100', 'a 1,4 @101'])
    // the same seen from the other side
    const mirrored = ['r a 2 @94', 'r a 3 @95', 'r a 4 @101', 'r a 5 @102', 'l a 1 @100']
    expect(joined('JOIN r WITHIN (5 SECONDS, 1 SECOND)', mirrored)).toEqual(['a 1,3 @100', 'a 1,4 @101'])
  })

  test('gives partners in order of their times, equal times in order of arrival', () => {
    const events = ['r a 3 @103', 'r a 1 @101', 'r a 7 @103', 'r a 2 @102', 'l a 0 @102']
    expect(joined('JOIN r WITHIN 10 SECONDS', events)).toEqual(['a 0,1 @102', 'a 0,2 @102', 'a 0,3 @103', 'a 0,7 @103'])
  })

  test('does without rows that have no key or no value', () => {
    const events = ['l a 1 @100', 'r - 2 @100', 'r a - @100', 'l - 3 @100', 'l a - @100', 'r a 4 @100']
    expect(joined('JOIN r WITHIN 10 SECONDS', events)).toEqual(['a 1,4 @100'])
  })

  test('takes a late row as long as the other side has not gone on', () => {
    const within = 'JOIN r WITHIN 5 SECONDS GRACE PERIOD 0 SECONDS'
    expect(joined(within, ['r a 1 @100', 'l b 2 @900', 'l a 3 @101'])).toEqual(['a 3,1 @101'])
    // rows of 10 s (before and after) and no longer
    expect(joined(within, ['r a 1 @100', 'r b 2 @109', 'l a 3 @101'])).toEqual(['a 3,1 @101'])
    expect(joined(within, ['r a 1 @100', 'r b 2 @110', 'l a 3 @101'])).toEqual([])
  })
})

describe('rows without partner', () => {
  const events = ['l a 1 @100', 'r b 2 @101', 'r a 3 @102', 'l - 4 @103']

  test('are given at once without GRACE PERIOD, even if a partner comes later', () => {
    expect(joined('LEFT JOIN r WITHIN 10 SECONDS', events)).toEqual(['a 1,null @100', 'a 1,3 @102', ' 4,null @103'])
    expect(joined('RIGHT JOIN r WITHIN 10 SECONDS', events)).toEqual(['b null,2 @101', 'a 1,3 @102'])
    expect(joined('FULL OUTER JOIN r WITHIN 10 SECONDS', events)).toEqual([
      'a 1,null @100',
      'b null,2 @101',
      'a 1,3 @102',
      ' 4,null @103',
    ])
  })

  test('are given once, when the window has closed, with GRACE PERIOD', () => {
    const left = 'LEFT JOIN r WITHIN 10 SECONDS GRACE PERIOD 5 SECONDS'
    expect(joined(left, ['l a 1 @100', 'l b 2 @101', 'r a 3 @102', 'r x 0 @116'])).toEqual(['a 1,3 @102'])
    expect(joined(left, ['l a 1 @100', 'l b 2 @101', 'r a 3 @102', 'r x 0 @117'])).toEqual([
      'a 1,3 @102',
      'b 2,null @101',
    ])
  })

  test('that close together are given in order of time, then the right side before the left, then by key', () => {
    const outer = 'FULL OUTER JOIN r WITHIN 1 SECOND GRACE PERIOD 0 SECONDS'
    expect(joined(outer, ['l b 1 @101', 'l a 2 @101', 'r c 3 @101', 'l z 4 @100', 'l y 5 @200'])).toEqual([
      'z 4,null @100',
      'c null,3 @101',
      'a 2,null @101',
      'b 1,null @101',
    ])
  })

  test('that come after their window has closed are given at once', () => {
    const left = 'LEFT JOIN r WITHIN 1 SECOND GRACE PERIOD 0 SECONDS'
    expect(joined(left, ['l a 1 @100', 'l b 2 @90'])).toEqual(['b 2,null @90'])
  })

  test('are given at the end of the input', () => {
    const left = 'LEFT JOIN r WITHIN 10 SECONDS GRACE PERIOD 5 SECONDS'
    expect(joined(left, ['l a 1 @100', 'l b 2 @99', 'r a 3 @102'], true)).toEqual(['a 1,3 @102', 'b 2,null @99'])
  })

  test('without key are never kept waiting', () => {
    const outer = 'FULL OUTER JOIN r WITHIN 10 SECONDS GRACE PERIOD 5 SECONDS'
    expect(joined(outer, ['l - 1 @100', 'r - 2 @101', 'r - - @102'])).toEqual([' 1,null @100', ' null,2 @101'])
  })
})

/** The join by nested loops, from what QTT-FORMAT.md 2.3 says. */
function naive(
  type: 'JOIN' | 'LEFT JOIN' | 'RIGHT JOIN' | 'FULL OUTER JOIN',
  grace: number | null,
  all: readonly Event[],
) {
  const [before, after] = [8_000, 3_000]
  const retention = before + after + (grace ?? 24 * 3600_000 - before - after)
  const outer = {
    l: type.startsWith('LEFT') || type.startsWith('FULL'),
    r: type.startsWith('RIGHT') || type.startsWith('FULL'),
  }
  const stored: Record<'l' | 'r', Event[]> = { l: [], r: [] }
  let waiting: Event[] = []
  let streamTime = 0
  let first = Number.POSITIVE_INFINITY
  const out: string[] = []
  const give = (own: Event, partner: Event | null) => {
    const [l, r] = own.topic === 'l' ? [own, partner] : [partner, own]
    const time = Math.max(own.time, partner?.time ?? 0) / 1000
    out.push(`${own.key ?? ''} ${l === null ? null : l.v},${r === null ? null : r.v} @${time}`)
  }
  const horizon = (e: Event) => e.time + (e.topic === 'l' ? after : before) + (grace ?? 0)
  const close = () => {
    const closed = waiting.filter((e) => horizon(e) < streamTime)
    waiting = waiting.filter((e) => horizon(e) >= streamTime)
    const side = (e: Event) => (e.topic === 'r' ? 0 : 1)
    closed.sort((a, b) => a.time - b.time || side(a) - side(b) || (a.key ?? '').localeCompare(b.key ?? ''))
    for (const e of closed) give(e, null)
  }
  for (const e of all) {
    const own = e.topic as 'l' | 'r'
    const other = own === 'l' ? 'r' : 'l'
    const [back, forth] = own === 'l' ? [before, after] : [after, before]
    streamTime = Math.max(streamTime, e.time)
    if (e.v === null) continue
    if (e.key === null) {
      if (outer[own]) give(e, null)
      continue
    }
    // Kafka Streams looks no earlier than the row's own side would need
    if (grace !== null && e.time === streamTime && first < streamTime - forth - grace) {
      close()
      first = Math.min(...waiting.map((x) => x.time))
    }
    const newest = Math.max(...stored[other].map((x) => x.time))
    const partners = stored[other]
      .filter(
        (x) => x.key === e.key && x.time >= e.time - back && x.time <= e.time + forth && x.time > newest - retention,
      )
      .sort((a, b) => a.time - b.time)
    for (const partner of partners) give(e, partner)
    waiting = waiting.filter((x) => !partners.includes(x))
    if (partners.length === 0 && outer[own]) {
      if (grace === null || e.time + forth < streamTime) give(e, null)
      else {
        waiting.push(e)
        first = Math.min(first, e.time)
      }
    }
    stored[own].push(e)
  }
  streamTime = Number.POSITIVE_INFINITY
  close()
  return out
}

test('a join of streams gives what nested loops give', () => {
  const types = fc.constantFrom('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL OUTER JOIN')
  check(
    fc.property(types, fc.constantFrom(null, 0, 4_000), anyEvents(['l', 'r'], 60), (type, grace, events) => {
      const within = `WITHIN (8 SECONDS, 3 SECONDS) ${grace === null ? '' : `GRACE PERIOD ${grace / 1000} SECONDS`}`
      const expected = naive(type as 'JOIN', grace, events)
      expect(run(`${type} r ${within}`, events, true)).toEqual(expected)
    }),
    400,
  )
})
