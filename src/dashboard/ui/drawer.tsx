import { X } from 'lucide-react';
import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';
import { Button } from './button.tsx';
import styles from './drawer.module.css';
import { useFocusBack } from './use-focus-back.ts';

interface DrawerProps {
  readonly title: ReactNode;
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Shown beside the list that it was opened from, which stays usable. */
export function Drawer({ title, label, onClose, children }: DrawerProps): ReactElement {
  const panel = useRef<HTMLElement>(null);
  useFocusBack();
  useEffect(() => {
    panel.current?.focus();
  }, []);
  return (
    <aside
      ref={panel}
      className={styles['drawer']}
      aria-label={label}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <header className={styles['head']}>
        <h2>{title}</h2>
        <Button look="quiet" isIcon aria-label="Close" onClick={onClose}>
          <X aria-hidden />
        </Button>
      </header>
      <div className={styles['body']}>{children}</div>
    </aside>
  );
}
