import { Check, CircleAlert, Copy as CopyIcon } from 'lucide-react';
import { Fragment, useEffect, useState, type ReactElement } from 'react';
import { announce } from '../shell/toast.tsx';
import { Button } from './button.tsx';
import styles from './command.module.css';

const shownMs = 1_600;
const outcomes = {
  copied: 'Copied',
  refused: 'Select it and copy by hand',
  failed: 'It cannot be fetched now',
};
const icons = { idle: CopyIcon, copied: Check, refused: CircleAlert, failed: CircleAlert };
type CopyState = 'idle' | keyof typeof outcomes;

interface CopyProps {
  /** A function where it is long to make, or has to be fetched. */
  readonly text: string | (() => string | Promise<string>);
  readonly label?: string;
  /** Which of several, for those who hear one button at a time; goes on after the label. */
  readonly of?: string;
}

/** Copies a text, and confirms it. */
export function CopyButton({ text, label = 'Copy', of }: CopyProps): ReactElement {
  const [state, setState] = useState<CopyState>('idle');
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
    const outcome = await made(text).then(write, () => 'failed' as const);
    setState(outcome);
    announce(outcomes[outcome]);
  };
  const Icon = icons[state];
  const shown = { idle: label, ...outcomes }[state];
  return (
    <Button
      look="quiet"
      aria-label={of === undefined || state !== 'idle' ? undefined : `${label} ${of}`}
      onClick={() => void copy()}
    >
      <Icon aria-hidden />
      <span>{shown}</span>
    </Button>
  );
}

async function made(text: CopyProps['text']): Promise<string> {
  return typeof text === 'string' ? text : text();
}

async function write(text: string): Promise<'copied' | 'refused'> {
  try {
    await navigator.clipboard.writeText(text);
    return 'copied';
  } catch {
    return 'refused';
  }
}

interface CopyDataProps {
  /** What is copied, or how to get all of it; left out until it is known. */
  readonly data: object | (() => Promise<object>) | undefined;
}

/** Copies a list as JSON. */
export function CopyData({ data }: CopyDataProps): ReactElement | undefined {
  if (data === undefined) return undefined;
  return (
    <div className={styles['data']}>
      <CopyButton
        text={async () => JSON.stringify(typeof data === 'function' ? await data() : data, null, 2)}
        label="Copy as JSON"
      />
    </div>
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
