import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { adviceFor } from '../jobs/advice.ts'
import { packageRoot } from '../jobs/package-root.ts'
import { ageOf, all } from './flux.ts'
import { INFLUXDB } from './flux-query.ts'

/** A rule as Grafana's provisioning files hold it: `A` is the query, `B` its newest value, `C` whether that is above the threshold. */
interface AlertRule {
  readonly uid: string
  readonly title: string
  readonly condition: 'C'
  readonly data: readonly object[]
  readonly for: string
  readonly noDataState: 'OK' | 'NoData'
  readonly execErrState: 'Error' | 'KeepLast'
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: { readonly summary: string; readonly description: string }
}

/** An episode that got no alert for so long is over: 30 s is the gap of ksql/04-episodes.ksql, the rest is for the way here. */
const OVER_AFTER_MS = 90_000
const WEEK_S = 7 * 86_400
/** An episode's point stands at its start, which may be long ago: one that goes on for longer than a week is no longer found. */
const LONGEST_EPISODE_S = WEEK_S
const SILENT_AFTER_S = 300
/** Grafana takes an alert for resolved whose series is no longer found: until then a silent device is told of, and one that is gone for good not for ever. */
const SILENT_UNTIL_S = WEEK_S

// Grafana replaces what begins with a dollar in these files by variables of its own environment, hence .Labels and not $labels.
const WHERE = '{{ .Labels.device }} on {{ .Labels.host }}'

/**
 * The provisioning file of alert rules: one for each rule of ksql/03-alerts.ksql that is more than information, as the statements find it, so that limits of a
 * device hold here too; and one for devices that fall silent. Each says what to do.
 */
export function alertRules(): object {
  return {
    apiVersion: 1,
    groups: [
      {
        orgId: 1,
        name: 'gpumon',
        folder: 'GPU',
        interval: '30s',
        rules: [...statementRules().map(episodeRule), silentRule()],
      },
    ],
  }
}

/** Where alerts go: one webhook, whose address is a variable of Grafana's environment. */
export function contactPoint(): object {
  const name = 'webhook'
  return {
    apiVersion: 1,
    contactPoints: [
      {
        orgId: 1,
        name,
        receivers: [{ uid: 'gpumon-webhook', type: 'webhook', settings: { url: '$ALERT_WEBHOOK_URL' } }],
      },
    ],
    policies: [{ orgId: 1, receiver: name, group_by: ['alertname', 'device', 'host'] }],
  }
}

interface StatementRule {
  readonly rule: string
  readonly severity: string
}

function statementRules(): StatementRule[] {
  const statements = readFileSync(join(packageRoot(), 'ksql', '03-alerts.ksql'), 'utf8')
  return [...statements.matchAll(/rule := '([\w-]+)', severity := '(\w+)'/g)]
    .map(([, rule, severity]) => ({ rule, severity }))
    .filter(({ severity }) => severity !== 'info')
}

/**
 * The greatest end of all episodes, and not that of the one begun last: if a late reading joins two, the point of the later one stays as it was.
 * No data is no episode. A query that fails leaves alerts as they are; otherwise they would be resolved, and come again, with each restart of InfluxDB.
 */
function episodeRule({ rule, severity }: StatementRule): AlertRule {
  const { title, todo } = adviceFor(rule)
  const flux = `${all('gpu_episode', 'ended')}
  |> filter(fn: (r) => r.rule == "${rule}")
  |> group(columns: ["device", "host"])
  |> max()
  |> map(fn: (r) => ({r with _value: if int(v: now()) / 1000000 - r._value < ${OVER_AFTER_MS} then 1.0 else 0.0}))
  |> keep(columns: ["_time", "_value", "device", "host"])`
  return alertRule(
    { uid: `gpumon-${rule}`, title, severity, summary: `${title}: ${WHERE}`, description: todo },
    { flux, rangeS: LONGEST_EPISODE_S, above: 0.5, noDataState: 'OK', execErrState: 'KeepLast' },
  )
}

/** The one rule that tells that there is no data at all, or that InfluxDB does not answer: once, and not by each rule. */
function silentRule(): AlertRule {
  return alertRule(
    {
      uid: 'gpumon-silent',
      title: 'No readings',
      severity: 'warning',
      summary: `No readings for {{ .Values.B }} s: ${WHERE}`,
      description:
        'Check that the machine is on, GPU-Z is running with "Log to file", and gpumon follows its log; then the sinks: docker compose ps, GET /connectors/influxdb/status. ' +
        'A device that was put out of service: silence this alert for its label device (Alerting, Silences); it ends by itself a week after the last reading.',
    },
    {
      flux: ageOf(all('gpu_reading')),
      rangeS: SILENT_UNTIL_S,
      above: SILENT_AFTER_S,
      noDataState: 'NoData',
      execErrState: 'Error',
    },
  )
}

interface RuleQuery extends Pick<AlertRule, 'noDataState' | 'execErrState'> {
  readonly flux: string
  /** seconds that it looks back */
  readonly rangeS: number
  readonly above: number
}

function alertRule(
  text: Readonly<Record<'uid' | 'title' | 'severity' | 'summary' | 'description', string>>,
  { flux, rangeS, above, ...states }: RuleQuery,
): AlertRule {
  const { uid, title, severity, summary, description } = text
  const expression = (refId: string, model: object) => ({
    refId,
    datasourceUid: '__expr__',
    model: { refId, datasource: { type: '__expr__', uid: '__expr__' }, ...model },
  })
  return {
    uid,
    title,
    condition: 'C',
    data: [
      {
        refId: 'A',
        datasourceUid: INFLUXDB.uid,
        relativeTimeRange: { from: rangeS, to: 0 },
        model: { refId: 'A', datasource: INFLUXDB, query: flux },
      },
      expression('B', { type: 'reduce', expression: 'A', reducer: 'last' }),
      expression('C', {
        type: 'threshold',
        expression: 'B',
        conditions: [{ evaluator: { type: 'gt', params: [above] } }],
      }),
    ],
    for: '0s',
    ...states,
    labels: { severity },
    annotations: { summary, description },
  }
}
