import { Check, Copy as CopyIcon } from 'lucide-react';
import { Fragment, useEffect, useState, type ReactElement } from 'react';
import { Button } from './button.tsx';
import styles from './command.module.css';

const shownMs = 1_600;

interface CopyProps {
  /** A function where it is long to make, or has to be fetched. */
  readonly text: string | (() => string | Promise<string>);
  readonly label?: string;
}

/** Copies a text, and confirms it. */
export function CopyButton({ text, label = 'Copy' }: CopyProps): ReactElement {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => {
      setState('idle');
    }, shownMs);
    return () => {
      clearTimeout(timer);
    };
  }, [state]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : await text());
      setState('copied');
    } catch {
      setState('refused');
    }
  };
  return (
    <Button look="quiet" onClick={() => void copy()}>
      {state === 'copied' ? <Check aria-hidden /> : <CopyIcon aria-hidden />}
      <span aria-live="polite">
        {state === 'idle' ? label : state === 'copied' ? 'Copied' : 'Select it and copy by hand'}
      </span>
    </Button>
  );
}

/** A command as it is typed, with a button that copies it. */
export function Command({ text }: { readonly text: string }): ReactElement {
  return (
    <div className={styles['command']}>
      <code className={styles['text']}>
        {text.split(' ').map((word, at) => (
          // Keeps words whole if they fit on a line; a word may occur twice.
          // oxlint-disable-next-line react/no-array-index-key
          <Fragment key={at}>
            {at === 0 ? '' : ' '}
            <span>{word}</span>
          </Fragment>
        ))}
      </code>
      <CopyButton text={text} />
    </div>
  );
}
