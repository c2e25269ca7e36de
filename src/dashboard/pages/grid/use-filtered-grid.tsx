import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { cellStates } from '../../../api/cell-states.ts';
import { call } from '../../api/call.ts';
import type { Problem } from '../../api/problem.ts';
import { useRead } from '../../api/queries.ts';
import { useSettled } from '../../api/use-settled.ts';
import { useOrganization } from '../../shell/address.ts';
import { Choice, SearchField } from '../../ui/field.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { useNarrow } from '../../ui/use-narrow.ts';
import { useGrid, type Grid, type GridFilter, type Sight } from './use-grid.ts';

const stateNames = {
  set: 'Set',
  overridden: 'Overrides others',
  unset: 'Unset',
  missing: 'Missing',
  unavailable: 'Unavailable',
};

interface FilteredGrid {
  readonly filter: GridFilter;
  /** What the filter is typed into. */
  readonly fields: ReactElement;
  readonly grid: Grid | undefined;
  readonly error: Problem | null;
  readonly isStale: boolean;
  readonly isAsking: boolean;
  /** Asks every backend again. */
  readonly refresh: () => Promise<void>;
  /** Says which pages are in sight. */
  readonly look: (sight: Sight) => void;
}

/** The grid with its filter; on a narrow screen with one environment at a time. */
export function useFilteredGrid(): FilteredGrid {
  const organization = useOrganization();
  const client = useQueryClient();
  const isNarrow = useNarrow();
  const [text, setText] = useState('');
  const [state, setState] = useState('');
  const [backend, setBackend] = useState('');
  const [column, setColumn] = useState('');
  const [sight, setSight] = useState<Sight>({ first: 0, last: 0 });
  const [isAsking, setAsking] = useState(false);
  const known = useRead('environments.list', {}, { enabled: isNarrow });
  const names = known.data?.environments.map(({ name }) => name) ?? [];
  const environment = isNarrow ? (names.includes(column) ? column : names[0]) : undefined;
  const settled = useSettled(text.trim());
  const filter: GridFilter = {
    ...(environment !== undefined && { environment }),
    ...(settled !== '' && { text: settled }),
    ...(backend !== '' && { backend }),
    ...(state !== '' && { state: cellStates.find((one) => one === state) }),
  };
  const { grid, error, isStale } = useGrid(filter, sight, !isNarrow || known.data !== undefined);
  return {
    filter,
    grid,
    error: error ?? known.error,
    isStale,
    isAsking,
    look: (next) => {
      setSight((now) => (now.first === next.first && now.last === next.last ? now : next));
    },
    refresh: async () => {
      setAsking(true);
      // What is shown is then fetched from what it has listed; its failure shows there.
      await call(organization, 'resolution.grid', { limit: 1 }).catch(() => undefined);
      await client.invalidateQueries();
      setAsking(false);
    },
    fields: (
      <div className={pageStyles['tools']}>
        <SearchField label="Filter keys and places" value={text} onText={setText} />
        <Choice label="State" value={state} onText={setState}>
          <option value="">Any state</option>
          {cellStates.map((name) => (
            <option key={name} value={name}>
              {stateNames[name]}
            </option>
          ))}
        </Choice>
        <Choice label="Backend" value={backend} onText={setBackend}>
          <option value="">Any backend</option>
          {grid?.backends.map(({ backend: name }) => (
            <option key={name}>{name}</option>
          ))}
        </Choice>
        {environment === undefined ? undefined : (
          <Choice label="Environment" value={environment} onText={setColumn}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Choice>
        )}
      </div>
    ),
  };
}
