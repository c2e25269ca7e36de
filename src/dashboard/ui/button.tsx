import type { ButtonHTMLAttributes, ReactElement } from 'react';
import styles from './button.module.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'primary' | 'danger' | 'quiet' | undefined;
  /** Shows only an icon, so it needs a label. */
  readonly isIcon?: boolean;
  /** Stays in place, and says why it does nothing. */
  readonly isLocked?: boolean;
  readonly ref?: React.Ref<HTMLButtonElement>;
}

/** The page's button, in all its looks. */
export function Button({ look, isIcon, isLocked, className, type = 'button', ...rest }: ButtonProps): ReactElement {
  const classes = [
    styles['button'],
    look === undefined ? undefined : styles[look],
    isIcon === true ? styles['icon'] : undefined,
    isLocked === true ? styles['locked'] : undefined,
    className,
  ];
  // oxlint-disable-next-line react/button-has-type -- it has
  return <button {...rest} type={type} className={classes.filter(Boolean).join(' ')} />;
}
