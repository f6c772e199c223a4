/** Calls back when what the next frame draws is on the screen, which is when the frame after it begins. @returns takes it back */
export function onScreen(then: () => void): () => void {
  let timer = 0
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(() => {
      timer = window.setTimeout(then)
    })
  })
  return () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
}
