// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is ksqlDB's own syntax here
import { describe, expect, test } from 'vitest'
import { parseScript, parseStatement } from '../../../engine/syntax/index.ts'

function properties(script: string): Record<string, unknown> {
  const statement = parseScript(script).at(-1)
  if (statement?.kind !== 'create-source') throw new Error('no CREATE')
  return Object.fromEntries(
    [...statement.properties].map(([name, { value }]) => [name, 'value' in value ? value.value : null]),
  )
}

describe('variables', () => {
  test('stand for strings, numbers and names, in any case', () => {
    const script = `DEFINE format = 'AVRO'; DEFINE replicas = '3'; DEFINE Name = 's1';
      CREATE STREAM \${NAME} (id INT) WITH (kafka_topic = 'x_\${name}', value_format = '\${FORMAT}', replicas = \${replicas});`
    expect(properties(script)).toEqual({ KAFKA_TOPIC: 'x_s1', VALUE_FORMAT: 'AVRO', REPLICAS: 3 })
    expect(parseScript(script).at(-1)).toMatchObject({ name: 'S1' })
  })

  test('triple quotes keep the quotes of the value', () => {
    expect(properties("DEFINE t = '''my_topic'''; CREATE STREAM s WITH (kafka_topic = ${t});")).toEqual({
      KAFKA_TOPIC: 'my_topic',
    })
  })

  test('a value with a quote stays inside its string', () => {
    expect(properties("DEFINE t = 'a'', x=''b'; CREATE STREAM s WITH (kafka_topic = '${t}');")).toEqual({
      KAFKA_TOPIC: "a', x='b",
    })
  })

  test('two dollars escape the reference', () => {
    expect(properties("DEFINE t = 'x'; CREATE STREAM s WITH (kafka_topic = '$${t}');")).toEqual({ KAFKA_TOPIC: '${t}' })
  })

  test('a value is one identifier or literal, never a keyword or more', () => {
    const variables = new Map([
      ['keyword', 'STREAMS'],
      ['two', 'a, b'],
      ['negative', '-5'],
    ])
    expect(() => parseStatement('SHOW ${keyword};', variables)).toThrow("Syntax error at or near 'STREAMS'")
    expect(() => parseStatement('SELECT ${two} FROM t;', variables)).toThrow(
      'neither an identifier nor a literal: a, b',
    )
    expect(parseStatement('SELECT ${negative} FROM t;', variables)).toMatchObject({
      query: { select: [{ expression: { kind: 'integer', value: -5 } }] },
    })
    expect(() => parseStatement('SELECT a ${negative} FROM t;', variables)).toThrow('Syntax error')
  })

  test('an undefined variable stays as it is in a string and is an error elsewhere', () => {
    expect(properties("CREATE STREAM s WITH (kafka_topic = '${nope}');")).toEqual({ KAFKA_TOPIC: '${nope}' })
    try {
      parseScript("DEFINE hot='1';\nSELECT ${hott} FROM t;")
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({ kind: 'syntax', line: 2, column: 8, fix: 'Did you mean ${HOT}?' })
      expect(error).toMatchObject({
        message: 'line 2:8: Undefined variable ${hott}',
        statement: 'SELECT ${hott} FROM t',
      })
    }
  })

  test('UNDEFINE and later definitions hold for what follows; the given map is left alone', () => {
    const variables = new Map([['a', 'x']])
    const script = "SHOW TABLES; DEFINE A='y'; SELECT ${a} FROM t; UNDEFINE a; SELECT '${a}' FROM t;"
    const [, , first, , second] = parseScript(script, { variables })
    expect(first).toMatchObject({ query: { select: [{ expression: { name: 'Y' } }] } })
    expect(second).toMatchObject({ query: { select: [{ expression: { value: '${a}' } }] } })
    expect(variables).toEqual(new Map([['a', 'x']]))
  })

  test('a statement keeps its own text', () => {
    const text = 'EXPLAIN SELECT a FROM ${v}'
    expect(parseStatement(`${text} ;`, new Map([['v', 'a_long_name']]))).toMatchObject({
      text,
      statement: { text: 'SELECT a FROM ${v}' },
    })
  })

  test('no number below zero where a count is wanted', () => {
    expect(() => parseStatement('SELECT a FROM t LIMIT ${n};', new Map([['n', '-1']]))).toThrow('Syntax error')
  })

  test('a topic keeps the case of its value', () => {
    expect(parseStatement('PRINT ${t};', new Map([['T', 'myTopic']]))).toMatchObject({ topic: 'myTopic' })
  })
})
