import { InvalidArgumentError } from 'commander'
import { checkTimezone } from '../jobs/timezone.ts'

/** A speed: a number above zero. */
export function parseSpeed(text: string): number {
  const speed = Number(text)
  if (!(speed > 0 && Number.isFinite(speed))) {
    throw new InvalidArgumentError('It must be a number above 0, such as 10 for ten times as fast.')
  }
  return speed
}

/** A count: a whole number of at least one. */
export function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.')
  return count
}

/** A seed: a whole number from 0 to 2³² − 1. */
export function parseSeed(text: string): number {
  const seed = Number(text)
  if (text.trim() === '' || !Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 4294967295.')
  }
  return seed
}

/** A time zone by its IANA name. */
export function parseTimezone(text: string): string {
  try {
    return checkTimezone(text)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

/** Brokers: HOST:PORT, several with commas. */
export function parseBootstrap(text: string): string {
  if (!text.split(',').every((broker) => /^(\[[\da-f:]+\]|[^\s:,/]+):\d{1,5}$/i.test(broker))) {
    throw new InvalidArgumentError('It must be HOST:PORT, such as 127.0.0.1:9092; several with commas.')
  }
  return text
}

/** A URL of http or https. */
export function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('It must be a URL, such as http://127.0.0.1:8081.')
  }
  return text
}

/** A port; 0 stands for any that is free. */
export function parsePort(text: string): number {
  const port = Number(text)
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.')
  return port
}
