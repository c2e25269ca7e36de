import { attackRows, places } from '../../test/agent/support/attack-table.ts';
import { table } from './errors.ts';
import { labelsTable, metricsTable } from './metrics.ts';
import { roomsTable } from './rooms.ts';

interface GeneratedSection {
  /** Relative to the root of the repository. */
  readonly page: string;
  readonly name: string;
  readonly make: () => string;
}

/** Generated parts of hand-written pages, between `<!-- NAME -->` and `<!-- /NAME -->`. */
export const generatedSections: readonly GeneratedSection[] = [
  { page: 'CONTRIBUTING.md', name: 'rooms', make: roomsTable },
  { page: 'docs/operations/telemetry.md', name: 'metrics', make: metricsTable },
  { page: 'docs/operations/telemetry.md', name: 'labels', make: labelsTable },
  {
    page: 'docs/sandboxes.md',
    name: 'attacks',
    make: () => table(['a step', ...places.map((place) => `\`${place}\``)], attackRows()),
  },
];

/** @throws RangeError if the page has no place for the section */
export function withSection(text: string, { page, name, make }: GeneratedSection): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest = ''] = text.split(start);
  const [, after] = rest.split(end);
  if (before === undefined || after === undefined) throw new RangeError(`${page} has no ${start} with its ${end}`);
  return `${before}${start}\n\n${make()}\n\n${end}${after}`;
}
