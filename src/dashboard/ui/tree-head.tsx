import type { ReactElement, ReactNode } from 'react';
import { CopyData } from './copy.tsx';
import styles from './tree-head.module.css';

interface TreeHeadProps {
  readonly title: string;
  readonly data: object | (() => Promise<object>) | undefined;
  readonly children: ReactNode;
}

/** Above a list at the side: its title, and what can be done with all of it. */
export function TreeHead({ title, data, children }: TreeHeadProps): ReactElement {
  return (
    <div className={styles['head']}>
      <h1>{title}</h1>
      <div className={styles['acts']}>
        <CopyData data={data} />
        {children}
      </div>
    </div>
  );
}
