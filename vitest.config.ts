import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // They start servers: npm run test:real.
    exclude: ['tests/real/**'],
    pool: 'forks',
    // Vitest leaves one core out, which is half of two.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // How long a thing takes is for bench/ to say: here a busy machine may take its time.
    expect: { poll: { timeout: 20_000 } },
    // A zone with daylight saving, far from UTC: code that leans on the machine's zone fails here, not at a user's.
    env: { TZ: 'America/Los_Angeles' },
  },
})
