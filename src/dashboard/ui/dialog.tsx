import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { FormEventHandler, ReactElement, ReactNode } from 'react';
import { Button } from './button.tsx';
import styles from './overlay.module.css';

interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The buttons at its end. */
  readonly actions?: ReactNode;
  readonly isWide?: boolean;
  readonly onClose: () => void;
  readonly onSubmit?: () => void;
}

/** A window over the page: one thing is done in it, or it is closed and nothing was. */
export function Dialog({ title, children, actions, isWide, onClose, onSubmit }: DialogProps): ReactElement {
  const submit: FormEventHandler = (event) => {
    event.preventDefault();
    event.stopPropagation();
    onSubmit?.();
  };
  return (
    <Base.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      // What was typed is not lost by a click outside it.
      disablePointerDismissal={onSubmit !== undefined}
    >
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup
          className={`${styles['dialog']} ${isWide === true ? styles['wide'] : ''}`}
          render={onSubmit === undefined ? <div /> : <form onSubmit={submit} autoComplete="off" noValidate />}
        >
          <header className={styles['head']}>
            <Base.Title className={styles['title']}>{title}</Base.Title>
            <Base.Close render={<Button look="quiet" isIcon aria-label="Close" />}>
              <X aria-hidden />
            </Base.Close>
          </header>
          <div className={styles['body']}>{children}</div>
          {actions === undefined ? undefined : <footer className={styles['foot']}>{actions}</footer>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
