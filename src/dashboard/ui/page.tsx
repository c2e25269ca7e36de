import type { ReactElement, ReactNode } from 'react';
import { CopyButton } from './copy.tsx';
import styles from './page.module.css';

interface PageProps {
  readonly title: string;
  /** What the page is about, if the title does not say. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  /** What is shown, to be copied as JSON; absent until it is known. */
  readonly data?: unknown;
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of a page: its title, what it is about, its actions. */
export function Page({ title, lead, actions, data, tools, children }: PageProps): ReactElement {
  return (
    <div className={styles['page']}>
      <title>{`${title} · KiCI secrets`}</title>
      <header className={styles['head']}>
        <h1>{title}</h1>
        {data === undefined ? undefined : (
          <div className={styles['data']}>
            <CopyButton text={() => JSON.stringify(data, null, 2)} label="Copy as JSON" />
          </div>
        )}
        {actions}
        {lead === undefined ? undefined : <p className={styles['lead']}>{lead}</p>}
      </header>
      {tools === undefined ? undefined : <div className={styles['tools']}>{tools}</div>}
      <div className={styles['body']}>{children}</div>
    </div>
  );
}

export { styles as pageStyles };
