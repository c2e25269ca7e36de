import type { ReactElement, ReactNode } from 'react';
import styles from './state.module.css';

export type StateName = 'set' | 'unset' | 'missing' | 'overridden' | 'unavailable';

/** A state as an icon and a word, so that nobody has to distinguish colours. */
export function State({ name, children }: { readonly name: StateName; readonly children?: ReactNode }): ReactElement {
  return (
    <span className={`${styles['state']} ${styles[name]}`}>
      <span className={styles['glyph']} aria-hidden />
      <span>{children ?? name}</span>
    </span>
  );
}
