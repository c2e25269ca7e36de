import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useState, type ReactElement, type ReactNode, type SubmitEventHandler } from 'react';
import { Button } from './button.tsx';
import styles from './overlay.module.css';

interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The buttons at the end. */
  readonly actions?: ReactNode;
  readonly isWide?: boolean | undefined;
  /** Whether discarding what was typed needs a confirmation. */
  readonly isDraft?: boolean;
  readonly onClose: () => void;
  readonly onSubmit?: () => void;
}

/** A window over the page for one task, which is either done or dropped. */
export function Dialog({ title, children, actions, isWide, isDraft, onClose, onSubmit }: DialogProps): ReactElement {
  const [isTyped, setTyped] = useState(false);
  const [isAsking, setAsking] = useState(false);
  const submit: SubmitEventHandler = (event) => {
    event.preventDefault();
    event.stopPropagation();
    setAsking(false);
    onSubmit?.();
  };
  const fill = (): void => {
    setTyped(true);
    setAsking(false);
  };
  return (
    <Base.Root
      open
      onOpenChange={(open) => {
        if (open) return;
        if (isDraft === true && isTyped) setAsking(!isAsking);
        else onClose();
      }}
      // A click outside must not lose what was typed.
      disablePointerDismissal={onSubmit !== undefined}
    >
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup
          className={`${styles['dialog']} ${isWide === true ? styles['wide'] : ''}`}
          render={onSubmit === undefined ? <div /> : <form onSubmit={submit} autoComplete="off" noValidate />}
          onInput={fill}
          // Dropping a file fires no input event.
          onDrop={fill}
        >
          <header className={styles['head']}>
            <Base.Title className={styles['title']}>{title}</Base.Title>
            <Base.Close render={<Button look="quiet" isIcon aria-label="Close" />}>
              <X aria-hidden />
            </Base.Close>
          </header>
          <div className={styles['body']}>{children}</div>
          {isAsking ? (
            <DiscardQuestion
              onKeep={() => {
                setAsking(false);
              }}
              onDiscard={onClose}
            />
          ) : actions === undefined ? undefined : (
            <footer className={styles['foot']}>{actions}</footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface QuestionProps {
  readonly onKeep: () => void;
  readonly onDiscard: () => void;
}

function DiscardQuestion({ onKeep, onDiscard }: QuestionProps): ReactElement {
  return (
    <footer className={styles['foot']} role="alertdialog" aria-label="What you typed is lost when this closes.">
      <strong className={styles['question']}>What you typed is lost when this closes.</strong>
      <Button look="danger" onClick={onDiscard}>
        Discard
      </Button>
      <Button look="primary" autoFocus onClick={onKeep}>
        Go on
      </Button>
    </footer>
  );
}
