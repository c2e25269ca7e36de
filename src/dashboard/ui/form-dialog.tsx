import { useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
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
  const pause = usePause();
  const canSend = isReady && !isBusy && !pause.isOn;
  return (
    <Dialog
      {...rest}
      isDraft={isDraft}
      onClose={onClose}
      onSubmit={() => {
        if (canSend && pause.begin()) onSubmit();
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

/**
 * A double click must neither send a form twice nor agree to what its first click has brought up, so the button pauses
 * for a moment after each.
 */
function usePause(): { readonly isOn: boolean; readonly begin: () => boolean } {
  const [isOn, setOn] = useState(false);
  // Known at once, since a second click may come before the form is drawn again.
  const isBegun = useRef(false);
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setTimeout(() => {
      isBegun.current = false;
      setOn(false);
    }, doubleClickMs);
    return () => {
      clearTimeout(timer);
    };
  }, [isOn]);
  const begin = (): boolean => {
    if (isBegun.current) return false;
    isBegun.current = true;
    setOn(true);
    return true;
  };
  return { isOn, begin };
}
