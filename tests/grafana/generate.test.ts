import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { INFLUXDB } from '../../grafana/flux-query.ts'
import { grafanaFiles } from '../../grafana/generate.ts'
import { adviceFor } from '../../jobs/advice.ts'
import { compose, root } from '../deploy/compose-file.ts'
import { allQueries, dashboards, rules } from './grafana-queries.ts'
import { unknownNames, type WrittenNames, writtenNames } from './written-names.ts'

const folder = join(root, 'grafana')

describe('files', () => {
  test('are checked in as the code generates them (npm run build && node dist/grafana/generate.js)', () => {
    for (const [name, text] of grafanaFiles())
      expect(readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n'), name).toBe(text)
    expect(readdirSync(join(folder, 'dashboards'))).toHaveLength(dashboards.length)
  })

  test('are mounted where the provisioning files look for them', () => {
    const { providers } = parse(readFileSync(join(folder, 'provisioning/dashboards/gpumon.yaml'), 'utf8')) as {
      providers: [{ options: { path: string } }]
    }
    const { volumes = [], environment = {} } = compose.services['grafana']
    expect(volumes).toContain(`./grafana/dashboards:${providers[0].options.path}:ro`)
    const home = String(environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'])
    expect([...grafanaFiles().keys()]).toContain(home.replace(`${providers[0].options.path}/`, 'dashboards/'))
  })

  test('name the data source that is provisioned, which reads the bucket that is set up', () => {
    const { datasources } = parse(readFileSync(join(folder, 'provisioning/datasources/influxdb.yaml'), 'utf8')) as {
      datasources: [{ uid: string; type: string; jsonData: Record<string, string>; secureJsonData: { token: string } }]
    }
    const [{ uid, type, jsonData, secureJsonData }] = datasources
    expect({ type, uid }).toEqual(INFLUXDB)
    const { environment = {} } = compose.services['influxdb']
    expect(jsonData).toEqual({
      version: 'Flux',
      organization: environment['DOCKER_INFLUXDB_INIT_ORG'],
      defaultBucket: environment['DOCKER_INFLUXDB_INIT_BUCKET'],
    })
    expect(secureJsonData.token).toBe('$INFLUX_TOKEN')
    const named = [
      ...dashboards.flatMap(({ panels }) => panels.flatMap(({ datasource }) => datasource ?? [])),
      ...rules.map(({ data }) => ({ uid: data[0].datasourceUid })),
    ]
    expect(new Set(named.map((source) => source.uid))).toEqual(new Set([uid]))
  })

  test('name only variables of the environment that Grafana is given', () => {
    const provisioning = ['datasources/influxdb.yaml', 'alerting/contact-point.json', 'alerting/rules.json']
    const named = provisioning.flatMap((name) =>
      [...readFileSync(join(folder, 'provisioning', name), 'utf8').matchAll(/\$(\w*)/g)].map(
        ([, variable]) => variable,
      ),
    )
    expect(new Set(named)).toEqual(new Set(['INFLUX_TOKEN', 'ALERT_WEBHOOK_URL']))
    for (const name of named) expect(compose.services['grafana'].environment).toHaveProperty(name)
  })
})

describe.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))('%s', (_, dashboard) => {
  const { panels, templating, links, tags } = dashboard

  test('has host and device, and links that take them to the others', () => {
    expect(templating.list.map(({ name }) => name)).toEqual(['host', 'device'])
    expect(links).toMatchObject([{ type: 'dashboards', tags, includeVars: true }])
    expect(dashboards.every((other) => other.tags.join() === tags.join())).toBe(true)
  })

  test('declares every variable that a query names', () => {
    const text = JSON.stringify([panels.map(({ targets }) => targets), templating])
    const named = new Set([...text.matchAll(/\$\{(\w+):/g)].map(([, name]) => name))
    expect([...named].sort()).toEqual(templating.list.map(({ name }) => name).sort())
  })

  test('explains each panel, and gives each a unit', () => {
    expect(panels.filter(({ description }) => description === '').map(({ title }) => title)).toEqual([])
    const bare = panels.filter(
      ({ type, fieldConfig }) =>
        !['alertlist', 'state-timeline'].includes(type) && fieldConfig?.defaults.unit === undefined,
    )
    expect(bare.map(({ title }) => title)).toEqual([])
  })

  test('has panels that neither overlap nor leave the grid of 24 columns', () => {
    const taken = new Set<string>()
    for (const { title, gridPos } of panels) {
      const { x, y, w, h } = gridPos
      expect(x + w, title).toBeLessThanOrEqual(24)
      for (let column = x; column < x + w; column++)
        for (let row = y; row < y + h; row++) {
          expect(taken.has(`${column} ${row}`), title).toBe(false)
          taken.add(`${column} ${row}`)
        }
    }
  })
})

/** Written down a second time, so that what the generator loses is missed. */
const PANELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'GPU now': {
    'GPU Temperature': 'stat',
    'CPU Temperature': 'stat',
    'Board Power Draw': 'stat',
    'GPU Load': 'stat',
    'GPU Core Clock': 'stat',
    Age: 'stat',
    // the seven of a card
    Temperature: 'timeseries',
    Power: 'timeseries',
    Load: 'timeseries',
    Clocks: 'timeseries',
    Fans: 'timeseries',
    'Video memory': 'timeseries',
    Voltage: 'timeseries',
    Alerts: 'alertlist',
    'Held back by': 'state-timeline',
    Episodes: 'table',
  },
  'GPU long term': {
    Percentiles: 'table',
    'Idle and load': 'table',
    'GPU Temperature: distribution': 'histogram',
    'GPU Temperature: trend': 'timeseries',
    'CPU Temperature: distribution': 'histogram',
    'CPU Temperature: trend': 'timeseries',
    'Board Power Draw: distribution': 'histogram',
    'Board Power Draw: trend': 'timeseries',
    'GPU Load: distribution': 'histogram',
    'GPU Load: trend': 'timeseries',
    'Episodes a day': 'timeseries',
  },
  Pipeline: {
    'Age of the newest reading': 'stat',
    Devices: 'stat',
    Minutes: 'stat',
    'Readings a second': 'timeseries',
    Sensors: 'table',
  },
}

const REASONS = ['thermal', 'power limit', 'voltage', 'idle', 'SLI']

const RULES = [
  'gpu-hot',
  'gpu-critical',
  'cpu-hot',
  'power-high',
  'power-critical',
  'hotspot-delta',
  'vram-hot',
  'throttle-thermal',
  'fan-stopped',
  'temperature-jump',
  'sensor-silent',
  'silent',
].map((rule) => `gpumon-${rule}`)

test('dashboards are these three, with these panels', () => {
  const there = dashboards.map(({ title, panels }) => [
    title,
    Object.fromEntries(panels.map((panel) => [panel.title, panel.type])),
  ])
  expect(Object.fromEntries(there)).toEqual(PANELS)
})

test('the timeline of why the card was held back has a row for each reason', () => {
  const timeline = dashboards.flatMap(({ panels }) => panels).find(({ type }) => type === 'state-timeline')
  const names = timeline?.targets?.map(({ query }) => /key: "_field", value: "([^"]+)"/.exec(query)?.[1])
  expect(names).toEqual(REASONS)
})

test('the alert list shows what fires, and rules that cannot be evaluated', () => {
  const list = dashboards.flatMap(({ panels }) => panels).find(({ type }) => type === 'alertlist')
  expect(list?.options?.stateFilter).toEqual({ firing: true, pending: true, noData: true, error: true, normal: false })
})

test('dashboards have addresses of their own', () => {
  expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length)
})

describe('alert rules', () => {
  test('say what to do, as the page says it', () => {
    for (const { uid, annotations } of rules) {
      const { todo } = adviceFor(uid.replace('gpumon-', ''))
      expect(annotations.description).not.toBe('')
      if (uid !== 'gpumon-silent') expect(annotations.description).toBe(todo)
    }
  })

  test('are there for each rule of the statements that is more than information, and for silence', () => {
    expect(rules.map(({ uid }) => uid)).toEqual(RULES)
  })

  test('stay as they are while InfluxDB is away, which one of them tells', () => {
    for (const { uid, noDataState, execErrState } of rules) {
      const silent = uid === 'gpumon-silent'
      expect({ uid, noDataState, execErrState }).toEqual({
        uid,
        noDataState: silent ? 'NoData' : 'OK',
        execErrState: silent ? 'Error' : 'KeepLast',
      })
    }
  })

  test('tell of a device that was put out of service how to silence it', () => {
    const silent = rules.find(({ uid }) => uid === 'gpumon-silent')
    expect(silent?.annotations.description).toMatch(/put out of service: silence .* label device.* a week after/)
  })
})

describe('queries name only what the program writes', () => {
  let names: WrittenNames
  beforeAll(async () => {
    names = await writtenNames()
  })

  test.each(allQueries.map(({ place, flux }) => [place, flux]))('%s', (_, flux) => {
    expect(unknownNames(flux, names)).toEqual([])
  })

  test('and a wrong name would be found', () => {
    const unknown = (flux: string) => unknownNames(flux, names)
    expect(unknown('r._measurement == "gpu_readings"')).toEqual(['gpu_readings'])
    expect(unknown('r._measurement == "gpu_minute" and r._field == "gpu_temperature"')).toEqual(['gpu_temperature'])
    expect(unknown('r._measurement == "gpu_reading" and r.gpu == "x"')).toEqual(['gpu'])
    expect(unknown('r._measurement == "gpu_reading" |> keep(columns: ["_time", "card"])')).toEqual(['card'])
    expect(unknown('tag: "machine"')).toEqual(['machine'])
  })
})
