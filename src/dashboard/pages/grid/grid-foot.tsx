import type { ReactElement } from 'react';
import { Button } from '../../ui/button.tsx';
import { State } from '../../ui/state.tsx';
import { count, span } from '../../ui/time.tsx';
import styles from './grid.module.css';
import type { Grid } from './use-grid.ts';

interface GridFootProps {
  readonly grid: Grid;
  readonly shown: number;
  readonly isAsking: boolean;
  readonly onRefresh: () => void;
}

/** How much of the whole is shown, how old it is, and which backends could not be queried. */
export function GridFoot({ grid, shown, isAsking, onRefresh }: GridFootProps): ReactElement {
  const failed = grid.backends.filter(({ state }) => state !== 'answered');
  const age = Math.max(0, ...grid.backends.map(({ ageMs }) => ageMs ?? 0));
  const loading = grid.rows.length < grid.total ? `, ${grid.rows.length.toLocaleString('en')} loaded so far` : '';
  return (
    <footer className={styles['foot']}>
      <span role="status">
        {`${shown.toLocaleString('en')} of ${count(grid.total, 'key')}${loading}`}
        {age < 1_000 ? '' : `, names up to ${span(age)} old`}
      </span>
      {failed.length === 0 ? undefined : (
        <span className={styles['trouble']}>
          {`${count(failed.length, 'backend')} cannot be queried: ${failed.map(({ backend, code }) => `${backend} (${code ?? 'partly'})`).join(', ')}`}
        </span>
      )}
      <Button look="quiet" onClick={onRefresh} disabled={isAsking}>
        {isAsking ? 'Asking…' : 'Ask again'}
      </Button>
      <span className={styles['legend']}>
        <State name="set" />
        <State name="overridden">overrides others</State>
        <State name="unset" />
        <State name="missing" />
        <State name="unavailable" />
      </span>
    </footer>
  );
}
