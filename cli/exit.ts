/** Exit codes of gpumon: done, failed, or called in a way it does not know. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
