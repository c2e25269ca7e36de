import { printable } from '../../terminal/io.ts';
import { defineCommand, type AdminCommand } from '../command.ts';
import { listing } from '../format.ts';
import { withGaps } from '../gaps.ts';
import type { OutputOf, ApiSession } from '../session.ts';

type Grid = OutputOf<'resolution.grid'>;
type Cell = Grid['keys'][number]['cells'][number];

/** `kici-admin secret grid`. */
export const grid: AdminCommand = defineCommand({
  name: 'grid',
  summary: 'Show which backend supplies each key in each environment',
  operations: ['resolution.grid'],
  examples: ['kici-admin secret grid', 'kici-admin secret grid --json'],
  parameters: {},
  run: async (_, session) => {
    const data = await allPages(session);
    const headings = ['key', ...data.environments.map(({ name }) => name)];
    const rows = data.keys.map(({ key, cells }) => [key, ...cells.map(shown)]);
    return withGaps(
      { data, ...listing(headings, rows, 'no keys in any environment', session.columns) },
      data.environments.flatMap(({ unavailable }) => unavailable),
    );
  },
});

async function allPages(session: ApiSession): Promise<Omit<Grid, 'next'>> {
  const { next, ...first } = await session.call('resolution.grid', {});
  const keys = [...first.keys];
  for (let after = next; after !== undefined;) {
    // oxlint-disable-next-line no-await-in-loop -- the next page begins where this one ends
    const page = await session.call('resolution.grid', { after, cached: 'true' });
    keys.push(...page.keys.map(({ key, cells }) => ({ key, cells: aligned(first, page, cells) })));
    after = page.next;
  }
  return { ...first, keys };
}

/** An environment may appear or vanish between two pages. */
function aligned(first: Pick<Grid, 'environments'>, page: Grid, cells: readonly Cell[]): Cell[] {
  const byName = new Map(page.environments.map(({ name }, index) => [name, cells[index]]));
  return first.environments.map(({ name }) => byName.get(name) ?? { status: 'not_found', overrides: 0 });
}

function shown({ status, backend, scope, overrides, code }: Cell): string {
  if (status === 'not_found') return 'missing';
  if (status === 'unavailable') return `unavailable (${code ?? 'unknown'})`;
  const more = overrides === 0 ? '' : ` (+${overrides})`;
  return printable(`${status === 'declared' ? 'unset in ' : ''}${backend ?? ''}:${scope ?? ''}${more}`);
}
