/** A decimal number as java.math.BigDecimal holds it: unscaled · 10^-scale. Scale may be negative only in intermediate results. */
export class Decimal {
  readonly unscaled: bigint
  readonly scale: number

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }
}
