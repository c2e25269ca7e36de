import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { problemOf } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Command } from './copy.tsx';
import styles from './notice.module.css';

const icons = { bad: CircleAlert, warn: TriangleAlert, good: CircleCheck, plain: Info };

/** What only explains is read with the page, and not aloud as it comes. */
const roles = { bad: 'alert', warn: 'status', good: 'status', plain: undefined };

interface NoticeProps {
  readonly look: keyof typeof icons;
  readonly children: ReactNode;
}

/** A message within a page. */
export function Notice({ look, children }: NoticeProps): ReactElement {
  const Icon = icons[look];
  return (
    <div className={`${styles['notice']} ${styles[look] ?? ''}`} role={roles[look]}>
      <Icon aria-hidden />
      <div>{children}</div>
    </div>
  );
}

/** What failed, why, and what to do next. */
export function ErrorNotice({ error, retry }: { readonly error: unknown; readonly retry?: () => void }): ReactElement {
  const { message, hint, code, requestId, command } = problemOf(error);
  return (
    <Notice look="bad">
      <strong>{sentence(message)}</strong>
      <p>Next: {hint}.</p>
      {command === undefined ? undefined : <Command text={command} />}
      <p className={styles['small']}>
        <code>{code}</code>
        {requestId === undefined ? '' : `, request ${requestId}`}
      </p>
      {retry === undefined ? undefined : (
        <div>
          <Button onClick={retry}>Try again</Button>
        </div>
      )}
    </Notice>
  );
}

export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** What to do first while there is nothing yet. */
export function Empty({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactElement {
  return (
    <div className={styles['empty']}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

const widths = ['62%', '48%', '70%', '54%', '66%', '40%'];

export function Loading({ what }: { readonly what: string }): ReactElement {
  return (
    <div className={styles['skeleton']} role="status" aria-label={`Loading ${what}`}>
      {widths.map((width) => (
        <span key={width} style={{ width }} />
      ))}
    </div>
  );
}
