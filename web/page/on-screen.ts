/** Frames from that in which something is drawn: it is handed on in the next, and shown by the one after that. */
const FRAMES = 3

/** Calls back when what the next frame draws is on the screen. @returns takes it back */
export function onScreen(then: () => void): () => void {
  let timer = 0
  let frame = 0
  const wait = (frames: number) => {
    frame = requestAnimationFrame(() => {
      if (frames > 1) wait(frames - 1)
      else timer = window.setTimeout(then)
    })
  }
  wait(FRAMES)
  return () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
}
