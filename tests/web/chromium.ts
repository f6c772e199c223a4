import { existsSync } from 'node:fs'

/** Where systems have Chromium or a browser made of it. */
export const CHROMIUM_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
] as const

/** The browser named by CHROMIUM (empty: none is), else the first at a usual place; undefined where there is none. */
export function chromiumPath(): string | undefined {
  return process.env['CHROMIUM'] || CHROMIUM_PLACES.find((path) => existsSync(path))
}
