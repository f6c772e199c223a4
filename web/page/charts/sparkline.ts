import { colour, lineWidth } from './palette.ts'

/** A line without axes over a range of time, broken where there are no readings. Values may be null; t in ms, rising. */
export function drawSparkline(
  canvas: HTMLCanvasElement,
  t: readonly number[],
  values: readonly (number | null)[],
  from: number,
  to: number,
): void {
  const { clientWidth, clientHeight } = canvas
  const context = canvas.getContext('2d')
  if (context === null || clientWidth === 0) return
  canvas.width = Math.round(clientWidth * devicePixelRatio)
  canvas.height = Math.round(clientHeight * devicePixelRatio)
  context.scale(devicePixelRatio, devicePixelRatio)
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (value === null) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return
  const x = (ms: number) => ((ms - from) / (to - from)) * clientWidth
  // A flat line stands in the middle instead of being blown up.
  const y = (value: number) =>
    high === low ? clientHeight / 2 : clientHeight - 2 - ((value - low) / (high - low)) * (clientHeight - 4)
  context.strokeStyle = colour('muted')
  context.lineWidth = lineWidth()
  context.beginPath()
  let drawing = false
  for (let i = 0; i < t.length; i++) {
    const value = values[i]
    if (value === null || value === undefined) drawing = false
    else if (drawing) context.lineTo(x(t[i]), y(value))
    else {
      context.moveTo(x(t[i]), y(value))
      drawing = true
    }
  }
  context.stroke()
}
