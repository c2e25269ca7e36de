import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useState, type ReactElement, type ReactNode, type SubmitEventHandler } from 'react';
import { flushSync } from 'react-dom';
import { Button } from './button.tsx';
import { DiscardQuestion } from './discard-question.tsx';
import { useDraft } from './drafts.ts';
import styles from './overlay.module.css';
import { useFocusBack } from './use-focus-back.ts';

interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The buttons at the end. */
  readonly actions?: ReactNode;
  readonly isWide?: boolean | undefined;
  /** Whether discarding what was typed needs a confirmation. */
  readonly isDraft?: boolean;
  /** What would be lost though nobody has typed it. */
  readonly holds?: string | undefined;
  readonly onClose: () => void;
  readonly onSubmit?: () => void;
}

const nowhere = (): void => undefined;

/** A window over the page: one thing is done in it, or it is closed and nothing was. */
export function Dialog({
  title,
  children,
  actions,
  isWide,
  isDraft,
  holds,
  onClose,
  onSubmit,
}: DialogProps): ReactElement {
  useFocusBack();
  const [isTyped, setTyped] = useState(false);
  const [asking, setAsking] = useState<{ readonly goOn: () => void }>();
  const isHeld = (isDraft === true && isTyped) || holds !== undefined;
  useDraft(isHeld, (goOn) => {
    setAsking({ goOn });
  });
  const submit: SubmitEventHandler = (event) => {
    event.preventDefault();
    event.stopPropagation();
    setAsking(undefined);
    onSubmit?.();
  };
  const fill = (): void => {
    setTyped(true);
    setAsking(undefined);
  };
  return (
    <Base.Root
      open
      onOpenChange={(open) => {
        if (open) return;
        if (isHeld) setAsking(asking === undefined ? { goOn: nowhere } : undefined);
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
          {asking !== undefined ? (
            <DiscardQuestion
              text={holds ?? 'What you typed is lost when this closes.'}
              onKeep={() => {
                setAsking(undefined);
              }}
              onDiscard={() => {
                flushSync(onClose);
                asking.goOn();
              }}
            />
          ) : actions === undefined ? undefined : (
            <footer className={styles['foot']}>{actions}</footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
