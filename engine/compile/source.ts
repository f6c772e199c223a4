import { type Physical, physicalOf } from '../runtime/batch.ts'
import type { SqlType } from '../types/sql-type.ts'

/**
 * Generated JavaScript being written. SQL text and identifiers never become code: literals and helpers are passed in as constants
 * and addressed by number.
 */
export class SourceWriter {
  readonly lines: string[] = []
  readonly constants: unknown[]
  private counter: { next: number }
  private readonly constantIndex: Map<unknown, string>

  constructor(parent?: SourceWriter) {
    this.constants = parent?.constants ?? []
    this.constantIndex = parent?.constantIndex ?? new Map()
    this.counter = parent?.counter ?? { next: 0 }
  }

  /** A writer for a nested block that shares constants and names. */
  nested(): SourceWriter {
    return new SourceWriter(this)
  }

  emit(line: string): void {
    this.lines.push(line)
  }

  append(other: SourceWriter): void {
    this.lines.push(...other.lines)
  }

  fresh(prefix: string): string {
    return `${prefix}$${this.counter.next++}`
  }

  /** The name under which generated code sees a run-time value. */
  constant(value: unknown): string {
    const known = this.constantIndex.get(value)
    if (known !== undefined) return known
    const name = `K${this.constants.length}`
    this.constants.push(value)
    this.constantIndex.set(value, name)
    return name
  }

  /** A line for the prologue: a run-time value under a name of its own. */
  named(name: string, value: unknown): string {
    return `const ${name} = ${this.constant(value)};`
  }

  /**
   * Compiles the text as the body of a function of `parameters`; constants become its closure. `label` is what profilers and stack traces
   * call it.
   */
  compile<F>(label: string, parameters: readonly string[], prologue: readonly string[] = []): F {
    const names = this.constants.map((_, i) => `K${i}`)
    const name = label.replace(/\W/g, '_')
    const body = [
      `'use strict'`,
      ...prologue,
      `return function ${name}(${parameters.join(', ')}) {`,
      ...this.lines,
      '}',
      `//# sourceURL=ksql/${name}.js`,
    ].join('\n')
    let factory: (...constants: unknown[]) => F
    try {
      factory = new Function(...names, body) as typeof factory
    } catch (error) {
      if (error instanceof EvalError) {
        throw new Error(
          'The engine compiles queries with new Function, which this environment forbids (Content-Security-Policy or --disallow-code-generation-from-strings). Run it where code generation is allowed.',
          { cause: error },
        )
      }
      throw new Error(`generated code does not compile:\n${body}`, { cause: error })
    }
    return factory(...this.constants)
  }
}

/** The initial value of a variable that will hold a value of this type. */
export function zeroOf(type: SqlType): string {
  return zeroOfPhysical(physicalOf(type))
}

export function zeroOfPhysical(physical: Physical): string {
  switch (physical) {
    case 'f64':
    case 'i32':
      return '0'
    case 'i64':
      return '0n'
    case 'bool':
      return 'false'
    case 'ref':
      return 'null'
  }
}
