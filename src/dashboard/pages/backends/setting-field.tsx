import type { ReactElement } from 'react';
import { SelectField, TextField } from '../../ui/field.tsx';
import { sentence } from '../../ui/notice.tsx';
import type { Setting } from './backend.ts';

/** Whether a setting applies, given the choices made so far. */
export function isAsked(
  { when }: Setting,
  settings: readonly Setting[],
  texts: Readonly<Record<string, string>>,
): boolean {
  if (when === undefined) return true;
  const chosen = texts[when.field] ?? String(settings.find(({ name }) => name === when.field)?.default ?? '');
  return when.is.includes(chosen);
}

interface SettingFieldProps {
  readonly setting: Setting;
  /** A secret setting that has a value, which is not shown. */
  readonly isSet: boolean;
  readonly text: string;
  readonly onText: (text: string) => void;
}

export function SettingField({ setting, isSet, text, onText }: SettingFieldProps): ReactElement {
  const choices = setting.type === 'boolean' ? ['true', 'false'] : setting.choices;
  const label = setting.required ? setting.name : `${setting.name} (optional)`;
  const note = sentence(setting.description);
  if (choices !== undefined)
    return (
      <SelectField
        label={label}
        note={note}
        isMono
        value={text === '' ? String(setting.default ?? '') : text}
        onText={onText}
      >
        {setting.default === undefined ? <option value="">–</option> : undefined}
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </SelectField>
    );
  return (
    <TextField
      label={label}
      note={note}
      isMono
      type={setting.secret ? 'password' : 'text'}
      placeholder={isSet ? 'set, not shown; leave empty to keep it' : String(setting.default ?? setting.example)}
      value={text}
      onText={onText}
    />
  );
}
