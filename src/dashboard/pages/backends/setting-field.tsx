import type { ReactElement, ReactNode } from 'react';
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

/** Descriptions have names of other things in backticks. */
function prose(text: string): ReactNode {
  return text.split('`').map((part, at) => {
    const id = `${at} ${part}`;
    return at % 2 === 1 ? <code key={id}>{part}</code> : <span key={id}>{part}</span>;
  });
}

interface SettingFieldProps {
  readonly setting: Setting;
  /** A secret setting that has a value, which is not shown. */
  readonly isSet: boolean;
  /** A secret setting that the policy keeps to the command line. */
  readonly isLocked: boolean;
  readonly text: string;
  readonly onText: (text: string) => void;
}

export function SettingField({ setting, isSet, isLocked, text, onText }: SettingFieldProps): ReactElement {
  const choices = setting.type === 'boolean' ? ['true', 'false'] : setting.choices;
  const label = setting.required ? setting.name : `${setting.name} (optional)`;
  const note = prose(sentence(setting.description));
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
  if (isLocked)
    return (
      <TextField
        label={label}
        note={`The policy keeps values from the dashboard: give it with the command below and --secret ${setting.name}.`}
        isMono
        disabled
        placeholder={isSet ? 'set, not shown' : 'locked'}
        value=""
        onText={onText}
      />
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
