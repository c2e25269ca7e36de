import type { ReactElement, ReactNode } from 'react';
import { CopyData } from './copy.tsx';
import { PageTitle } from './page-title.tsx';
import styles from './page.module.css';

interface PageProps {
  readonly title: string;
  /** What the page is about, if the title does not say. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  /** What is shown, to be copied as JSON, or how to get all of it; left out until it is known. */
  readonly data?: object | (() => Promise<object>) | undefined;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of a page: its title, what it is about, its actions. */
export function Page({ title, lead, actions, data, tools, children }: PageProps): ReactElement {
  return (
    <div className={styles['page']}>
      <PageTitle title={title} />
      <header className={styles['head']}>
        <h1>{title}</h1>
        <div className={styles['acts']}>
          <CopyData data={data} />
          {actions}
        </div>
        {lead === undefined ? undefined : <p className={styles['lead']}>{lead}</p>}
      </header>
      {tools === undefined ? undefined : <div className={styles['tools']}>{tools}</div>}
      <div className={styles['body']}>{children}</div>
    </div>
  );
}

export { styles as pageStyles };
