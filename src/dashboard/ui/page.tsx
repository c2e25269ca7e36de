import type { ReactElement, ReactNode } from 'react';
import styles from './page.module.css';

interface PageProps {
  readonly title: string;
  /** What it is about, where that is not plain. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of a page: its title, what it is about, its actions. */
export function Page({ title, lead, actions, tools, children }: PageProps): ReactElement {
  return (
    <div className={styles['page']}>
      <title>{`${title} · KiCI secrets`}</title>
      <header className={styles['head']}>
        <h1>{title}</h1>
        {actions}
        {lead === undefined ? undefined : <p className={styles['lead']}>{lead}</p>}
      </header>
      {tools === undefined ? undefined : <div className={styles['tools']}>{tools}</div>}
      <div className={styles['body']}>{children}</div>
    </div>
  );
}

export { styles as pageStyles };
