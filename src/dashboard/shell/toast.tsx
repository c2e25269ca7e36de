import { CircleCheck } from 'lucide-react';
import { useSyncExternalStore, type ReactElement } from 'react';
import pageStyles from '../ui/page.module.css';
import styles from './toast.module.css';

interface Said {
  readonly id: number;
  readonly text: string;
}

const shownMs = 6_000;
let said: readonly Said[] = [];
/** For those who hear the page: nobody sees it. */
let announced: Said = { id: 0, text: '' };
let last = 0;
const listeners = new Set<() => void>();

function change(next: readonly Said[]): void {
  said = next;
  for (const listener of listeners) listener();
}

/** Says that something was done. A failure is shown where it was tried. */
export function say(text: string): void {
  last += 1;
  const id = last;
  change([...said.slice(-2), { id, text }]);
  setTimeout(() => {
    change(said.filter((one) => one.id !== id));
  }, shownMs);
}

/** Says aloud what those who see the page see. */
export function announce(text: string): void {
  last += 1;
  announced = { id: last, text };
  change([...said]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The only place whose changes are read aloud, each of them once. */
export function Toasts(): ReactElement {
  const shown = useSyncExternalStore(subscribe, () => said);
  return (
    <div className={styles['region']} role="status" aria-live="polite" aria-atomic={false}>
      <span key={announced.id} className={pageStyles['srOnly']}>
        {announced.text}
      </span>
      {shown.map(({ id, text }) => (
        <div key={id} className={styles['toast']}>
          <CircleCheck aria-hidden />
          {text}
        </div>
      ))}
    </div>
  );
}
