import { Search } from 'lucide-react';
import { useId, type ComponentProps, type ReactElement, type ReactNode } from 'react';
import styles from './field.module.css';

interface FieldProps {
  readonly label: string;
  readonly note?: ReactNode;
  /** What is wrong with what stands in it. */
  readonly problem?: string | undefined;
  readonly isMono?: boolean;
}

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

/** Nothing that is typed here is kept by the browser. */
const unkept = { autoComplete: 'off', autoCorrect: 'off', autoCapitalize: 'off', spellCheck: false } as const;

/** One line of text, with its label and what is wrong with it. */
export function TextField({
  label,
  note,
  problem,
  isMono,
  ...rest
}: FieldProps & ComponentProps<'input'>): ReactElement {
  const { id, described, wrap } = useParts({ label, note, problem });
  return wrap(<input {...unkept} {...rest} id={id} {...described} className={classOf(isMono)} />);
}

export function AreaField({
  label,
  note,
  problem,
  isMono,
  ...rest
}: FieldProps & ComponentProps<'textarea'>): ReactElement {
  const { id, described, wrap } = useParts({ label, note, problem });
  return wrap(<textarea {...unkept} {...rest} id={id} {...described} className={classOf(isMono)} />);
}

export function SelectField({
  label,
  note,
  problem,
  isMono,
  ...rest
}: FieldProps & ComponentProps<'select'>): ReactElement {
  const { id, described, wrap } = useParts({ label, note, problem });
  return wrap(<select {...rest} id={id} {...described} className={classOf(isMono)} />);
}

export function CheckField({ label, note, ...rest }: FieldProps & ComponentProps<'input'>): ReactElement {
  return (
    <label className={styles['check']}>
      <input {...rest} type="checkbox" />
      <span>
        {label}
        {note === undefined ? undefined : <span className={styles['note']}> {note}</span>}
      </span>
    </label>
  );
}

/** A filter over what is shown. */
export function SearchField({ label, ...rest }: { readonly label: string } & ComponentProps<'input'>): ReactElement {
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
      />
    </div>
  );
}

export function Choice({ label, ...rest }: { readonly label: string } & ComponentProps<'select'>): ReactElement {
  return <select {...rest} aria-label={label} className={styles['select']} />;
}
