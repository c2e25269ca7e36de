import type { ButtonHTMLAttributes, ReactElement } from 'react';
import styles from './button.module.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'primary' | 'danger' | 'quiet' | undefined;
  /** Only a picture, so that it needs a label. */
  readonly isIcon?: boolean;
  /** It stays where it is, and tells why it does nothing. */
  readonly isLocked?: boolean;
  readonly ref?: React.Ref<HTMLButtonElement>;
}

/** The page's button. */
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
