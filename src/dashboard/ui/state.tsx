import type { ReactElement, ReactNode } from 'react';
import type { CellState } from '../../api/cell-states.ts';
import styles from './state.module.css';

/** A state as a sign and a word, so that nobody has to distinguish colours. */
export function State({ name, children }: { readonly name: CellState; readonly children?: ReactNode }): ReactElement {
  return (
    <span className={`${styles['state']} ${styles[name]}`}>
      <span className={styles['glyph']} aria-hidden />
      <span>{children ?? name}</span>
    </span>
  );
}
