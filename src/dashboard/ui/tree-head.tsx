import type { ReactElement, ReactNode } from 'react';
import { CopyData } from './copy.tsx';
import { PageTitle } from './page-title.tsx';
import styles from './tree-head.module.css';

interface TreeHeadProps {
  readonly title: string;
  /** Whether nothing of the list is shown beside it, which would have a title of its own. */
  readonly isAlone: boolean;
  readonly data: object | (() => Promise<object>) | undefined;
  readonly children: ReactNode;
}

/** Above a list at the side: its title, and what can be done with all of it. */
export function TreeHead({ title, isAlone, data, children }: TreeHeadProps): ReactElement {
  const Heading = isAlone ? 'h1' : 'h2';
  return (
    <div className={styles['head']}>
      {isAlone ? <PageTitle title={title} /> : undefined}
      <Heading className={styles['title']}>{title}</Heading>
      <div className={styles['acts']}>
        <CopyData data={data} />
        {children}
      </div>
    </div>
  );
}
