import { useState, type ReactElement, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Command } from './copy.tsx';
import { Dialog } from './dialog.tsx';
import { TextField } from './field.tsx';
import { ErrorNotice } from './notice.tsx';

interface ConfirmProps {
  readonly title: string;
  /** What is lost by it. */
  readonly children: ReactNode;
  /** What has to be typed. */
  readonly name: string;
  readonly verb: string;
  readonly command: string;
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** For what cannot be taken back by a click: the name of what goes is typed. */
export function ConfirmDialog(props: ConfirmProps): ReactElement {
  const { title, children, name, verb, command, error, isBusy, onConfirm, onClose } = props;
  const [typed, setTyped] = useState('');
  const isRight = typed === name;
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onSubmit={() => {
        if (isRight) onConfirm();
      }}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" type="submit" disabled={!isRight || isBusy}>
            {verb}
          </Button>
        </>
      }
    >
      {children}
      <TextField
        label={`Type ${name} to confirm`}
        isMono
        autoFocus
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
        }}
      />
      {error === null ? undefined : <ErrorNotice error={error} />}
      <Command text={command} />
    </Dialog>
  );
}
