import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Binds slf4j 1.7, which Kafka and Hadoop are compiled against: without it they log nothing. */
export const LOG4J = 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4'

const CONFIGURATION = `<Configuration status="WARN">
  <Appenders><Console name="C"><PatternLayout pattern="%d %-5p %c{1} - %m%n"/></Console></Appenders>
  <Loggers>
    <Logger name="org.apache.iceberg.connect" level="INFO"/>
    <Logger name="org.apache.kafka.connect.runtime.distributed.DistributedHerder" level="INFO"/>
    <Root level="WARN"><AppenderRef ref="C"/></Root>
  </Loggers>
</Configuration>
`

/** Warnings and errors, and of a Connect worker what it starts and who commits, go to the server's log. @returns the JVM's option for it */
export function logWarnings(folder: string): string {
  const file = join(folder, 'log4j2.xml')
  writeFileSync(file, CONFIGURATION)
  return `-Dlog4j2.configurationFile=${file}`
}
