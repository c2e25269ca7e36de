import { join } from 'node:path';
import { publishedPackages } from '../build/packages.ts';
import { apiReport } from './report.ts';

/** A report's path, relative to the checkout, and its text. */
export interface ApiPage {
  readonly path: string;
  readonly text: string;
}

/** One report per library. @param built the output folder of `buildPackages` */
export function apiPages(built: string): readonly ApiPage[] {
  const libraries = publishedPackages().filter(({ folder }) => folder !== '.');
  const declarations = (outputName: string, source: string): string =>
    join(built, outputName, source.replace(/\.ts$/, '.d.ts'));
  const entryPoints = libraries.map(({ manifest, outputName }) => ({
    manifest,
    outputName,
    entries: Object.fromEntries(
      Object.entries(manifest.exports ?? {}).map(([name, source]) => [
        name.replace(/^\./, manifest.name),
        declarations(outputName, source),
      ]),
    ),
  }));
  const paths = Object.fromEntries(
    entryPoints.flatMap(({ entries }) => Object.entries(entries).map(([name, file]) => [name, [file]] as const)),
  );
  return entryPoints.map(({ manifest, outputName, entries }) => ({
    path: `docs/api/${outputName}.md`,
    text: [
      `# ${manifest.name}`,
      'Everything that the package exports. `npm run api` writes this page; a change here is a change for whoever uses the package.',
      apiReport(entries, paths),
    ].join('\n\n'),
  }));
}
