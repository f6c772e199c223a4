import type { Plugin } from 'vite'

const AT_START = [
  ["new Intl.NumberFormat(domEnv ? nav.language : 'en-US')", '{ format: String }'],
  ['new Intl.DateTimeFormat().resolvedOptions().timeZone', 'undefined'],
] as const

/**
 * uPlot makes formats of Intl when it is loaded, for labels and zones that the page does without: the first use of Intl takes a browser 14 ms.
 * The build fails when uPlot no longer has these lines.
 */
export function uplotWithoutIntl(): Plugin {
  return {
    name: 'uplot-without-intl',
    transform(code, id) {
      if (!/\/uplot\/dist\/[^/]+\.js$/.test(id.replaceAll('\\', '/'))) return null
      for (const [line] of AT_START) if (!code.includes(line)) this.error(`${id} has no ${line}`)
      return AT_START.reduce((text, [line, instead]) => text.replace(line, instead), code)
    },
  }
}
