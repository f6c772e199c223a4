import { join } from 'node:path'
import { defineConfig } from 'vite'
import { uplotWithoutIntl } from './uplot-without-intl.ts'

const root = join(import.meta.dirname, 'page')

export default defineConfig({
  root,
  logLevel: 'warn',
  plugins: [uplotWithoutIntl()],
  build: { outDir: join(root, '..', '..', 'dist', 'web', 'page'), emptyOutDir: true, target: 'es2022' },
})
