import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from './tool.ts'

const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'
const LIMIT_MS = 300_000

/** `group:artifact:version`, and `:type:classifier` behind it where it is no plain jar. */
export type Coordinates = string

/**
 * Puts jars, and all they need to run, into a folder.
 * @param withoutGroups whose jars are left out, with what only they need
 * @throws Error with Maven's own words
 */
export function fetchWithDependencies(
  artifacts: readonly Coordinates[],
  folder: string,
  withoutGroups: readonly string[] = [],
): Promise<void> {
  const pom = join(folder, 'pom.xml')
  writeFileSync(pom, projectOf(artifacts))
  return fetchProject(pom, folder, withoutGroups)
}

/** Puts all that a project (pom.xml) needs to run into a folder. @throws Error with Maven's own words */
export function fetchProject(pom: string, folder: string, withoutGroups: readonly string[] = []): Promise<void> {
  const goal = `${PLUGIN}:copy-dependencies`
  return maven([
    ...['-f', pom, goal, `-DoutputDirectory=${folder}`, '-DincludeScope=runtime'],
    `-DexcludeGroupIds=${withoutGroups.join(',')}`,
  ])
}

/** Puts one file into a folder. @throws Error with Maven's own words */
export function fetchOne(artifact: Coordinates, folder: string): Promise<void> {
  return maven([`${PLUGIN}:copy`, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`])
}

/** One at a time: its runs share a repository, which they do not lock. */
let before: Promise<void> = Promise.resolve()

function maven(args: readonly string[]): Promise<void> {
  const run = before.then(() => runTool(`mvn ${args.join(' ')}`, 'mvn', ['-B', '-ntp', '-q', ...args], LIMIT_MS))
  // Whoever asked for it hears of a failure.
  before = run.catch(() => {})
  return run
}

function projectOf(artifacts: readonly Coordinates[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`
  })
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>gpumon</groupId><artifactId>test-server</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
${dependencies.join('\n')}
</dependencies>
</project>
`
}
