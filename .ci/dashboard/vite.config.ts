import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { budget } from './budget.ts';
import { operationTable } from './operation-table.ts';

/** Limit for the files that the first page needs, compressed. */
const firstPageBytes = 140_000;

// Whoever builds it, such as a test: the result must not depend on it.
process.env['NODE_ENV'] = 'production';

export default defineConfig({
  root: join(import.meta.dirname, '../../src/dashboard'),
  plugins: [react(), operationTable(), budget(firstPageBytes)],
  build: {
    target: 'es2024',
    // The page's security policy refuses anything inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // What the first page needs comes in one file: without HTTP/2 a browser asks for six at a time.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } } },
  },
});
