import type { ReactElement } from 'react';
import { Notice } from '../ui/notice.tsx';
import styles from './sign-in.module.css';

/** Where the page cannot load its own way to sign in again. */
export function SessionEnded(): ReactElement {
  return (
    <div className={styles['ended']}>
      <Notice look="bad">
        <strong>Your session has ended, and this page cannot load its sign-in.</strong>
        <p>Sign in in another tab and come back: what you typed is kept.</p>
      </Notice>
    </div>
  );
}
