import { useId, type ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { useSettled } from '../../api/use-settled.ts';
import { TextField } from '../../ui/field.tsx';

interface ScopeFieldProps {
  readonly value: string;
  readonly onText: (scope: string) => void;
  readonly problem: string | undefined;
  readonly isFocused: boolean;
}

const suggestions = 50;

/** A field for a scope, which suggests those of the internal store. */
export function ScopeField({ value, onText, problem, isFocused }: ScopeFieldProps): ReactElement {
  const list = useId();
  const text = useSettled(value.trim());
  const { data } = useRead(
    'scopes.list',
    { limit: suggestions, cached: 'true', ...(text !== '' && { text }) },
    { keep: true },
  );
  return (
    <>
      <TextField
        label="Scope"
        isMono
        autoFocus={isFocused}
        list={list}
        value={value}
        onText={onText}
        problem={problem}
        note="backend:path, or a path in the internal store"
      />
      <datalist id={list}>
        {(data?.scopes ?? []).map((scope) => (
          <option key={scope} value={scope} />
        ))}
      </datalist>
    </>
  );
}
