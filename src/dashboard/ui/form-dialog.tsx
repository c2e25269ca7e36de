import { useRef, type ReactElement, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Command } from './copy.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNotice } from './notice.tsx';

export interface FormDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly verb: string;
  readonly look?: 'primary' | 'danger';
  readonly isReady: boolean;
  readonly isBusy: boolean;
  readonly isDraft?: boolean;
  readonly isWide?: boolean;
  /** Why it failed; null if it has not, or if that is shown elsewhere. */
  readonly error: unknown;
  /** The command that does the same. */
  readonly command: string;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
}

const doubleClickMs = 400;

/** A form that is sent or dropped. After a failure it stays open, with what was typed. */
export function FormDialog({
  children,
  verb,
  look = 'primary',
  isReady,
  isBusy,
  isDraft = true,
  error,
  command,
  onSubmit,
  onClose,
  ...rest
}: FormDialogProps): ReactElement {
  const canSend = isReady && !isBusy;
  const sentAt = useRef(-doubleClickMs);
  return (
    <Dialog
      {...rest}
      isDraft={isDraft}
      onClose={onClose}
      onSubmit={() => {
        // A request counts as under way a moment after it was sent, and a second click may come before that.
        const now = performance.now();
        if (!canSend || now - sentAt.current < doubleClickMs) return;
        sentAt.current = now;
        onSubmit();
      }}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look={look} type="submit" disabled={!canSend}>
            {verb}
          </Button>
        </>
      }
    >
      {children}
      {error === null ? undefined : <ErrorNotice error={error} />}
      <Command text={command} />
    </Dialog>
  );
}
