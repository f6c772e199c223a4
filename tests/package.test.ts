import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const manifest: {
  engines: { node: string }
  bin: Record<string, string>
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

describe('the package', () => {
  test('pins every dependency to one version', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
  })

  test('has every platform of its tools in the lock, without which npm ci refuses it', () => {
    const { packages }: { packages: Record<string, { optionalDependencies?: Record<string, string> }> } = JSON.parse(
      readFileSync(join(root, 'package-lock.json'), 'utf8'),
    )
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    )
    expect(missing).toEqual([])
  })

  test('needs no newer Node than the machines have', () => {
    expect(manifest.engines.node).toBe('>=20.19')
  })

  test('installs a program that the build makes', () => {
    for (const built of Object.values(manifest.bin)) {
      const source = join(root, built.replace(/^dist\//, '').replace(/\.js$/, '.ts'))
      expect(existsSync(source), source).toBe(true)
      expect(readFileSync(source, 'utf8').startsWith('#!/usr/bin/env node\n')).toBe(true)
    }
  })
})
