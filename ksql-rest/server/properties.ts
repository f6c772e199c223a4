/** What SET and the properties of a request may name: what the engine heeds, and what files for ksqlDB set for Kafka Streams. */
const PROPERTIES: ReadonlySet<string> = new Set([
  'auto.offset.reset',
  'cache.max.bytes.buffering',
  'commit.interval.ms',
  'num.stream.threads',
  'processing.guarantee',
  'ksql.persistence.default.format.key',
  'ksql.persistence.default.format.value',
  'ksql.persistence.wrap.single.values',
  'ksql.output.topic.name.prefix',
  'ksql.timestamp.throw.on.invalid',
  'ksql.functions.substring.legacy.args',
  'ksql.functions.collect_list.limit',
  'ksql.functions.collect_set.limit',
])

/** Names are taken with and without the prefix that hands them on to Kafka Streams. */
export function isProperty(name: string): boolean {
  return PROPERTIES.has(name.toLowerCase().replace(/^ksql\.streams\./, ''))
}
