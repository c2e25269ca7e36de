import { Search } from 'lucide-react';
import { useId, type ChangeEvent, type ComponentProps, type ReactElement, type ReactNode } from 'react';
import styles from './field.module.css';

interface FieldProps {
  readonly label: string;
  readonly note?: ReactNode;
  /** What is wrong with its value. */
  readonly problem?: string | undefined;
  readonly isMono?: boolean;
}

/** An element that reports its content as the user changes it. */
type Controlled<Tag extends 'input' | 'textarea' | 'select'> = Omit<ComponentProps<Tag>, 'onChange' | 'value'> & {
  readonly value: string | undefined;
  readonly onText: (text: string) => void;
};

const handing =
  (onText: (text: string) => void) =>
  (event: ChangeEvent<{ readonly value: string }>): void => {
    onText(event.target.value);
  };

function useParts({ label, note, problem }: FieldProps): {
  readonly id: string;
  readonly described: { readonly 'aria-describedby': string; readonly 'aria-invalid': boolean };
  readonly wrap: (control: ReactNode) => ReactElement;
} {
  const id = useId();
  return {
    id,
    described: { 'aria-describedby': `${id}-note`, 'aria-invalid': problem !== undefined },
    wrap: (control) => (
      <div className={styles['field']}>
        <label className={styles['label']} htmlFor={id}>
          {label}
        </label>
        {control}
        <div id={`${id}-note`}>
          {problem === undefined ? undefined : <p className={styles['problem']}>{problem}</p>}
          {note === undefined ? undefined : <p className={styles['note']}>{note}</p>}
        </div>
      </div>
    ),
  };
}

const classOf = (isMono: boolean | undefined): string => `${styles['input']} ${isMono === true ? styles['mono'] : ''}`;

/** The browser must not keep anything typed here. */
const unkept = { autoComplete: 'off', autoCorrect: 'off', autoCapitalize: 'off', spellCheck: false } as const;

/** One line of text, with its label and what is wrong with it. */
export function TextField({
  label,
  note,
  problem,
  isMono,
  onText,
  ...rest
}: FieldProps & Controlled<'input'>): ReactElement {
  const { id, described, wrap } = useParts({ label, note, problem });
  return wrap(
    <input {...unkept} {...rest} id={id} {...described} className={classOf(isMono)} onChange={handing(onText)} />,
  );
}

export function AreaField({
  label,
  note,
  problem,
  isMono,
  onText,
  ...rest
}: FieldProps & Controlled<'textarea'>): ReactElement {
  const { id, described, wrap } = useParts({ label, note, problem });
  return wrap(
    <textarea {...unkept} {...rest} id={id} {...described} className={classOf(isMono)} onChange={handing(onText)} />,
  );
}

export function SelectField({
  label,
  note,
  problem,
  isMono,
  onText,
  ...rest
}: FieldProps & Controlled<'select'>): ReactElement {
  const { id, described, wrap } = useParts({ label, note, problem });
  return wrap(<select {...rest} id={id} {...described} className={classOf(isMono)} onChange={handing(onText)} />);
}

interface CheckProps {
  readonly label: string;
  readonly note?: ReactNode;
  readonly checked: boolean;
  readonly onCheck: (isChecked: boolean) => void;
}

export function CheckField({ label, note, checked, onCheck }: CheckProps): ReactElement {
  return (
    <label className={styles['check']}>
      <input
        type="checkbox"
        checked={checked}
        onChange={(event) => {
          onCheck(event.target.checked);
        }}
      />
      <span>
        {label}
        {note === undefined ? undefined : <span className={styles['note']}> {note}</span>}
      </span>
    </label>
  );
}

/** Filters what is shown. */
export function SearchField({
  label,
  onText,
  ...rest
}: { readonly label: string } & Controlled<'input'>): ReactElement {
  return (
    <div className={styles['search']}>
      <Search aria-hidden />
      <input
        {...unkept}
        {...rest}
        type="text"
        role="searchbox"
        aria-label={label}
        placeholder={label}
        className={styles['input']}
        onChange={handing(onText)}
      />
    </div>
  );
}

export function Choice({ label, onText, ...rest }: { readonly label: string } & Controlled<'select'>): ReactElement {
  return <select {...rest} aria-label={label} className={styles['select']} onChange={handing(onText)} />;
}
