import { canCoerce, commonType } from '../types/coercion.ts'
import { asDecimalType } from '../types/decimal-type.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  type DecimalType,
  DOUBLE,
  decimalType,
  INTEGER,
  isTemporal,
  mapType,
  type PrimitiveType,
  type SqlType,
  STRING,
  sameType,
  structType,
  TIME,
  TIMESTAMP,
} from '../types/sql-type.ts'
import type { Pattern, PrimitivePatternName } from './pattern.ts'

const PRIMITIVES: Record<PrimitivePatternName, PrimitiveType> = {
  BOOLEAN,
  INT: INTEGER,
  BIGINT,
  DOUBLE,
  VARCHAR: STRING,
  BYTES,
  DATE,
  TIME,
  TIMESTAMP,
}

/** Functions also take text where a DATE, TIME or TIMESTAMP is declared: it is converted as CAST does. */
function isAccepted(from: SqlType, to: SqlType): boolean {
  return canCoerce(from, to) || (from.base === 'STRING' && isTemporal(to))
}

/** How strict a match is: `exact` types only, or with implicit `coerce`ion. */
export type Strictness = 'exact' | 'coerce'

/** What a signature's type variables stand for in one call. */
export class Bindings {
  readonly #strictness: Strictness
  readonly #types = new Map<string, SqlType>()
  #frozen = false

  constructor(strictness: Strictness) {
    this.#strictness = strictness
  }

  /** From now on bound variables keep their types: what a lambda returns has to fit what the other arguments said. */
  freeze(): void {
    this.#frozen = true
  }

  /** Binds variables so that `type` fits the pattern; false when it cannot. */
  accept(pattern: Pattern, type: SqlType): boolean {
    const coerce = this.#strictness === 'coerce'
    switch (pattern.kind) {
      case 'primitive': {
        const wanted = PRIMITIVES[pattern.name]
        return wanted.base === type.base || (coerce && isAccepted(type, wanted))
      }
      case 'decimal':
        return type.base === 'DECIMAL' || (coerce && asDecimalType(type) !== null)
      case 'any':
        return true
      case 'variable':
        return this.#bind(pattern.name, type)
      case 'array':
        return type.base === 'ARRAY' && this.accept(pattern.element, type.element)
      case 'map':
        return type.base === 'MAP' && this.accept(pattern.key, type.key) && this.accept(pattern.value, type.value)
      case 'struct':
        return type.base === 'STRUCT' && (pattern.fields === undefined || sameType(this.apply(pattern, type), type))
      default:
        return false
    }
  }

  /**
   * The type a pattern stands for with the variables bound so far. `actual` is the argument's own type, null for the literal NULL,
   * and decides what the pattern leaves open. `decimal` is what the literal NULL is where a DECIMAL is declared.
   */
  apply(pattern: Pattern, actual: SqlType | null, decimal: DecimalType = decimalType(1, 0)): SqlType {
    switch (pattern.kind) {
      case 'primitive':
        return PRIMITIVES[pattern.name]
      case 'decimal':
        return (actual && asDecimalType(actual)) ?? decimal
      case 'variable':
        return this.#types.get(pattern.name) ?? STRING
      case 'array':
        return arrayType(this.apply(pattern.element, actual?.base === 'ARRAY' ? actual.element : null, decimal))
      case 'map':
        return mapType(
          this.apply(pattern.key, actual?.base === 'MAP' ? actual.key : null, decimal),
          this.apply(pattern.value, actual?.base === 'MAP' ? actual.value : null, decimal),
        )
      case 'struct':
        if (pattern.fields === undefined) return actual ?? structType([])
        return structType(pattern.fields.map((f) => ({ name: f.name, type: this.apply(f.type, null, decimal) })))
      case 'lambda':
        return this.apply(pattern.returns, actual, decimal)
      default:
        return actual ?? STRING
    }
  }

  /** The first variable of a pattern that nothing in the call has bound. */
  unbound(pattern: Pattern): string | undefined {
    switch (pattern.kind) {
      case 'variable':
        return this.#types.has(pattern.name) ? undefined : pattern.name
      case 'array':
        return this.unbound(pattern.element)
      case 'map':
        return this.unbound(pattern.key) ?? this.unbound(pattern.value)
      default:
        return undefined
    }
  }

  #bind(name: string, type: SqlType): boolean {
    const bound = this.#types.get(name)
    if (bound !== undefined) {
      if (sameType(bound, type)) return true
      if (this.#strictness === 'exact') return false
      if (this.#frozen) return isAccepted(type, bound)
    }
    const wider = bound === undefined ? type : commonType(bound, type)
    if (wider === null) return false
    this.#types.set(name, wider)
    return true
  }
}
