import type { LiveEvent } from '../../model.ts'
import type { Context, View } from '../context.ts'
import { DeviceRow } from '../device-row.ts'
import { el, keepFocus } from '../dom.ts'
import { episodeEntry } from '../episode-entry.ts'
import { RangeBar } from '../range-bar.ts'

/** All devices at a glance, those that are live first. */
export function nowView(context: Context): View {
  const bar = new RangeBar(context, true)
  const host = el('div', {})
  const alerts = el('section', { class: 'episodes', 'aria-label': 'Alerts that go on' })
  const rows = new Map<string, { key: string; row: DeviceRow }>()
  const resize = new ResizeObserver(() => {
    for (const { row } of rows.values()) row.update()
  })
  resize.observe(host)

  const showAlerts = () => {
    const open = context.openEpisodes.filter(({ severity }) => severity !== 'info')
    keepFocus(alerts, () => alerts.replaceChildren(...open.map((episode) => episodeEntry(episode, context))))
  }
  const update = () => {
    bar.update()
    showAlerts()
    const devices = context.state.devices.toSorted((a, b) => Number(b.live) - Number(a.live))
    for (const [device, { row }] of rows)
      if (!devices.some((one) => one.device === device)) {
        row.close()
        rows.delete(device)
      }
    for (const device of devices) {
      // New sensors need new tiles.
      const key = device.sensors.join()
      const old = rows.get(device.device)
      if (old?.key !== key) {
        old?.row.close()
        rows.set(device.device, { key, row: new DeviceRow(context, device) })
      }
    }
    const elements = devices.flatMap(({ device }) => rows.get(device)?.row.element ?? [])
    if (elements.some((element, i) => host.children[i] !== element) || host.children.length !== elements.length)
      host.replaceChildren(...elements)
    for (const { row } of rows.values()) row.update()
  }

  return {
    element: el('div', { class: 'now' }, bar.element, host, alerts),
    update,
    event: (event: LiveEvent) => {
      if (event.event === 'readings') rows.get(event.data.device)?.row.take(event.data)
      else if (event.event === 'episode') showAlerts()
      else if (event.event === 'limits') for (const { row } of rows.values()) row.update()
    },
    tick: () => {
      for (const { row } of rows.values()) row.tick()
    },
    close: () => {
      resize.disconnect()
      for (const { row } of rows.values()) row.close()
    },
  }
}
