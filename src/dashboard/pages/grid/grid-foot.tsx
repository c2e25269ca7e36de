import type { ReactElement } from 'react';
import { Button } from '../../ui/button.tsx';
import { State } from '../../ui/state.tsx';
import { count, span } from '../../ui/time.tsx';
import styles from './grid.module.css';
import type { Grid } from './use-grid.ts';

interface GridFootProps {
  readonly grid: Grid;
  readonly isAsking: boolean;
  readonly onRefresh: () => void;
}

/** How much of all is shown, how old it is, and whom nobody could ask. */
export function GridFoot({ grid, isAsking, onRefresh }: GridFootProps): ReactElement {
  const failed = grid.backends.filter(({ state }) => state !== 'answered');
  const age = Math.max(0, ...grid.backends.map(({ ageMs }) => ageMs ?? 0));
  return (
    <footer className={styles['foot']}>
      <span role="status">
        {`${grid.matching.toLocaleString('en')} of ${count(grid.total, 'key')}`}
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
