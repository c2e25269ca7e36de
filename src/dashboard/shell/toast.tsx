import { CircleCheck } from 'lucide-react';
import { useSyncExternalStore, type ReactElement } from 'react';
import styles from './toast.module.css';

interface Said {
  readonly id: number;
  readonly text: string;
}

const shownMs = 6_000;
let said: readonly Said[] = [];
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

export function Toasts(): ReactElement {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => said,
  );
  return (
    <div className={styles['region']} role="status" aria-live="polite">
      {shown.map(({ id, text }) => (
        <div key={id} className={styles['toast']}>
          <CircleCheck aria-hidden />
          {text}
        </div>
      ))}
    </div>
  );
}
