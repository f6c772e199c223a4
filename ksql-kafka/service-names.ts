/** ksqlDB's own default is `default_`; the project's statements are known by this one. */
export const DEFAULT_SERVICE_ID = 'gpumon_'

/** The topic of all that has happened to a service. */
export function logTopic(serviceId: string): string {
  return `_gpumon-ksql-${serviceId}-log`
}

/** By which a server fences off the one before it. */
export function transactionalId(serviceId: string): string {
  return `gpumon-ksql-${serviceId}`
}
