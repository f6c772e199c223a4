import { defineConfig } from 'vitest/config'

/** Tests on real servers, which `globalSetup` fetches, starts and stops: npm run test:real. */
export default defineConfig({
  test: {
    include: ['tests/real/**/*.test.ts'],
    globalSetup: ['tests/real/global-setup.ts'],
    pool: 'forks',
    // A test may kill the broker, which all share.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 60_000 } },
    env: { TZ: 'America/Los_Angeles' },
  },
})
