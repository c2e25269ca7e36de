import { useId, type ReactElement } from 'react';
import { useRead } from '../../api/queries.ts';
import { TextField } from '../../ui/field.tsx';

interface ScopeFieldProps {
  readonly value: string;
  readonly onText: (scope: string) => void;
  readonly problem: string | undefined;
  readonly isFocused: boolean;
}

/** A field for a scope, which suggests those of the internal store. */
export function ScopeField({ value, onText, problem, isFocused }: ScopeFieldProps): ReactElement {
  const list = useId();
  const { data } = useRead('scopes.list', {});
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
