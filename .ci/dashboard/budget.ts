import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

/**
 * Fails the build if the first page has grown too large.
 * @param limit for the document and the scripts and styles that it loads, in compressed bytes
 */
export function budget(limit: number): Plugin {
  return {
    name: 'budget',
    writeBundle(_, bundle) {
      const files = [...firstFiles(bundle)].map((file) => {
        const built = bundle[file];
        const contents = built === undefined ? '' : built.type === 'chunk' ? built.code : built.source;
        return { file, bytes: gzipSync(contents).byteLength };
      });
      const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
      const parts = files.map(({ file, bytes }) => `${file} ${bytes}`).join(', ');
      if (total > limit) this.error(`the first page has ${total} bytes, and may have ${limit}: ${parts}`);
    },
  };
}

/** What is loaded before anything is clicked: entries, their static imports, and their styles. */
function firstFiles(bundle: Rolldown.OutputBundle): ReadonlySet<string> {
  const files = new Set(Object.keys(bundle).filter((file) => file.endsWith('.html')));
  const add = (file: string): void => {
    const built = bundle[file];
    if (files.has(file) || built?.type !== 'chunk') return;
    files.add(file);
    built.imports.forEach(add);
    for (const style of built.viteMetadata?.importedCss ?? []) files.add(style);
  };
  for (const built of Object.values(bundle)) if (built.type === 'chunk' && built.isEntry) add(built.fileName);
  return files;
}
