import { join } from 'node:path'
import { defineConfig } from 'vite'

const root = join(import.meta.dirname, 'page')

export default defineConfig({
  root,
  logLevel: 'warn',
  build: { outDir: join(root, '..', '..', 'dist', 'web', 'page'), emptyOutDir: true, target: 'es2022' },
})
