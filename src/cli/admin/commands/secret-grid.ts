import { cellStates } from '../../../api/cell-states.ts';
import { gridRows, type GridCell, type GridRow } from '../../../api/grid-cells.ts';
import { printable } from '../../terminal/io.ts';
import { defineCommand, type AdminCommand } from '../command.ts';
import { listing } from '../format.ts';
import { withGaps } from '../gaps.ts';
import { option } from '../parameters/text.ts';
import type { OutputOf, ApiSession } from '../session.ts';

type Grid = OutputOf<'resolution.grid'>;

/** `kici-admin secret grid`. */
export const grid: AdminCommand = defineCommand({
  name: 'grid',
  summary: 'Show which backend supplies each key in each environment',
  operations: ['resolution.grid'],
  examples: [
    'kici-admin secret grid',
    'kici-admin secret grid --state unavailable',
    'kici-admin secret grid --environment production --filter DB_ --json',
  ],
  parameters: {
    environment: option('--environment <environment>', 'only this environment'),
    text: option('--filter <text>', 'keys whose name or one of whose places has this part'),
    state: option('--state <state>', 'keys of which a cell is in this state', { choices: cellStates }),
    backend: option('--backend <backend>', 'keys of which a cell is of this backend'),
  },
  run: async ({ state, ...filter }, session) => {
    const data = await allPages(session, { ...filter, state: cellStates.find((one) => one === state) });
    const headings = ['key', ...data.environments.map(({ name }) => name)];
    const rows = data.keys.map(({ key, cells }) => [key, ...cells.map(shown)]);
    const none = data.total === 0 ? 'no keys in any environment' : 'no key matches';
    return withGaps(
      { data, ...listing(headings, rows, none, session.columns) },
      data.environments.flatMap(({ unavailable }) => unavailable),
    );
  },
});

/** With each cell written out in its row. */
type WholeGrid = Omit<Grid, 'next' | 'cells' | 'keys'> & { readonly keys: readonly GridRow[] };

async function allPages(
  session: ApiSession,
  filter: Parameters<typeof session.call<'resolution.grid'>>[1],
): Promise<WholeGrid> {
  const { next, cells, keys, ...first } = await session.call('resolution.grid', filter);
  const names = first.environments.map(({ name }) => name);
  const rows = [...gridRows({ ...first, cells, keys }, names)];
  for (let after = next; after !== undefined;) {
    // oxlint-disable-next-line no-await-in-loop -- where a page ends, the next begins
    const page = await session.call('resolution.grid', { ...filter, after, cached: 'true' });
    rows.push(...gridRows(page, names));
    after = page.next;
  }
  return { ...first, keys: rows };
}

function shown({ status, backend, scope, overrides, code }: GridCell): string {
  if (status === 'not_found') return 'missing';
  if (status === 'unavailable') return `unavailable (${code ?? 'unknown'})`;
  const more = overrides === 0 ? '' : ` (+${overrides})`;
  return printable(`${status === 'declared' ? 'unset in ' : ''}${backend ?? ''}:${scope ?? ''}${more}`);
}
