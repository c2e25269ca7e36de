import type { StateName } from '../../ui/state.tsx';
import type { GridCell } from './use-grid.ts';

export function stateOf({ status, overrides }: GridCell): StateName {
  switch (status) {
    case 'available':
      return overrides > 0 ? 'overridden' : 'set';
    case 'declared':
      return 'unset';
    case 'unavailable':
      return 'unavailable';
    case 'not_found':
      return 'missing';
  }
}

export function placeOf({ backend, scope }: Pick<GridCell, 'backend' | 'scope'>): string {
  return scope === undefined ? (backend ?? '') : `${backend ?? ''}:${scope}`;
}

export interface GridFilter {
  readonly text: string;
  readonly state: string;
  readonly backend: string;
}

/** A row passes if its key or one of its places contains the text, and one cell has the state and backend. */
export function passes(key: string, cells: readonly GridCell[], { text, state, backend }: GridFilter): boolean {
  const wanted = text.trim().toLowerCase();
  return (
    (wanted === '' ||
      key.toLowerCase().includes(wanted) ||
      cells.some((cell) => placeOf(cell).toLowerCase().includes(wanted))) &&
    ((state === '' && backend === '') ||
      cells.some((cell) => (state === '' || stateOf(cell) === state) && (backend === '' || cell.backend === backend)))
  );
}
