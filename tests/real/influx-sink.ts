import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../deploy/compose-file.ts'
import type { ConnectorConfig } from './connector.ts'

/** How InfluxDB answered a request. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/**
 * connect/influxdb.json as Aiven's HTTP sink 0.9 does it, whose jar is on no registry of packages: so many records a request, a line each.
 * https://github.com/Aiven-Open/http-connector-for-apache-kafka/blob/v0.9.0/docs/sink-connector-config-options.rst
 */
export class InfluxSink {
  readonly #config = JSON.parse(readFileSync(join(root, 'connect/influxdb.json'), 'utf8')) as ConnectorConfig
  readonly #origin: string
  readonly #token: string

  /** @param url of InfluxDB, which the configuration has by a name of docker-compose.yml @param token the content of the file that it names */
  constructor(url: string, token: string) {
    this.#origin = url
    this.#token = token
  }

  get topics(): readonly string[] {
    return this.#config['topics'].split(',')
  }

  async put(lines: readonly string[]): Promise<Answer[]> {
    const size = Number(this.#config['batch.max.size'])
    const answers: Answer[] = []
    for (let i = 0; i < lines.length; i += size) answers.push(await this.#post(lines.slice(i, i + size)))
    return answers
  }

  async #post(lines: readonly string[]): Promise<Answer> {
    const { pathname, search } = new URL(this.#config['http.url'])
    const authorization = this.#config['http.headers.authorization'].replace(/\$\{secrets:[^}]*\}/, this.#token)
    const response = await fetch(`${this.#origin}${pathname}${search}`, {
      method: 'POST',
      headers: { authorization, 'content-type': this.#config['http.headers.content.type'] },
      body: `${lines.join('\n')}\n`,
    })
    return { status: response.status, text: await response.text() }
  }
}
