import { formatType } from '../types/sql-type.ts'
import type { Expression, TypeName } from './ast.ts'
import { formatIdentifier } from './keywords.ts'

/**
 * An expression as ksqlDB writes it in its messages and statement texts: every operator in brackets, null and booleans in lower case,
 * doubles in E notation (shared/ksqldb/qtt, shared/ksqldb/rest). Parsing the text gives the same expression.
 */
export function formatExpression(e: Expression): string {
  switch (e.kind) {
    case 'null':
      return 'null'
    case 'boolean':
    case 'integer':
    case 'bigint':
      return String(e.value)
    case 'decimal':
      return e.text.includes('.') ? e.text : `${e.text}.`
    case 'double':
      return formatDouble(e.value)
    case 'string':
      return formatString(e.value)
    case 'column':
      return (e.source === null ? '' : `${formatIdentifier(e.source)}.`) + formatIdentifier(e.name)
    case 'lambda-param':
      return formatIdentifier(e.name)
    case 'arithmetic':
    case 'comparison':
    case 'logical':
      return `(${formatExpression(e.left)} ${e.op} ${formatExpression(e.right)})`
    case 'negate':
      return `(${e.op}${formatOperand(e.operand)})`
    case 'not':
      return `(NOT ${formatExpression(e.operand)})`
    case 'is-null':
      return `(${formatExpression(e.operand)} IS ${not(e)}NULL)`
    case 'between':
      return `(${formatExpression(e.operand)} ${not(e)}BETWEEN ${formatExpression(e.low)} AND ${formatExpression(e.high)})`
    case 'in':
      return `(${formatExpression(e.operand)} ${not(e)}IN ${formatList(e.items, '(', ')')})`
    case 'like': {
      const suffix = e.escape === null ? '' : ` ESCAPE ${formatString(e.escape)}`
      return `(${formatExpression(e.operand)} ${not(e)}LIKE ${formatExpression(e.pattern)}${suffix})`
    }
    case 'case': {
      const operand = e.operand === null ? '' : ` ${formatExpression(e.operand)}`
      const branches = e.branches.map((b) => ` WHEN ${formatExpression(b.when)} THEN ${formatExpression(b.then)}`)
      const otherwise = e.otherwise === null ? '' : ` ELSE ${formatExpression(e.otherwise)}`
      return `(CASE${operand}${branches.join('')}${otherwise} END)`
    }
    case 'cast':
      return `CAST(${formatExpression(e.operand)} AS ${formatTypeName(e.type)})`
    case 'call':
      return formatIdentifier(e.name) + (e.star ? '(*)' : formatList(e.args, '(', ')'))
    case 'subscript':
      return `${formatOperand(e.base)}[${formatExpression(e.index)}]`
    case 'dereference':
      return `${formatOperand(e.base)}->${e.field === null ? '*' : formatIdentifier(e.field)}`
    case 'array':
      return `ARRAY${formatList(e.items, '[', ']')}`
    case 'map':
      return `MAP(${e.entries.map((x) => `${formatExpression(x.key)}:=${formatExpression(x.value)}`).join(', ')})`
    case 'struct':
      return `STRUCT(${e.fields.map((f) => `${formatIdentifier(f.name)}:=${formatExpression(f.value)}`).join(', ')})`
    case 'lambda':
      return `(${e.params.map(formatIdentifier).join(', ')}) => ${formatExpression(e.body)}`
    case 'unit':
      return e.unit
  }
}

/** A type as written in SQL. */
export function formatTypeName(type: TypeName): string {
  switch (type.kind) {
    case 'type':
      return formatType(type.type)
    case 'named':
      return formatIdentifier(type.name)
    case 'array':
      return `ARRAY<${formatTypeName(type.element)}>`
    case 'map':
      return `MAP<${formatTypeName(type.key)}, ${formatTypeName(type.value)}>`
    case 'struct':
      if (type.fields.length === 0) return 'STRUCT< >'
      return `STRUCT<${type.fields.map((f) => `\`${f.name.replaceAll('`', '``')}\` ${formatTypeName(f.type)}`).join(', ')}>`
  }
}

/** A literal before [, -> or after a sign needs brackets: -(5) is not the literal -5. */
function formatOperand(e: Expression): string {
  const text = formatExpression(e)
  switch (e.kind) {
    case 'null':
    case 'boolean':
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'double':
    case 'string':
      return `(${text})`
    default:
      return text
  }
}

function formatList(items: readonly Expression[], open: string, close: string): string {
  return open + items.map(formatExpression).join(', ') + close
}

function not(e: { readonly negated: boolean }): string {
  return e.negated ? 'NOT ' : ''
}

function formatString(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

function formatDouble(value: number): string {
  if (Object.is(value, -0)) return '-0E0'
  return value.toExponential().replace('+', '').toUpperCase()
}
