import type { ReactElement } from 'react';
import { Button } from './button.tsx';
import styles from './overlay.module.css';

interface QuestionProps {
  /** What is lost. */
  readonly text: string;
  readonly onKeep: () => void;
  readonly onDiscard: () => void;
}

/** Before something goes that nobody has stored. */
export function DiscardQuestion({ text, onKeep, onDiscard }: QuestionProps): ReactElement {
  return (
    <footer className={styles['foot']} role="alertdialog" aria-label={text}>
      <strong className={styles['question']}>{text}</strong>
      <Button look="danger" onClick={onDiscard}>
        Discard
      </Button>
      <Button look="primary" autoFocus onClick={onKeep}>
        Go on
      </Button>
    </footer>
  );
}
