import { useState, type ReactElement } from 'react';
import { parseBackendName } from '../../../api/names.ts';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { useStoreBackend } from '../../api/use-store-backend.ts';
import { useOrganization } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { CheckField, SelectField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { sentence } from '../../ui/notice.tsx';
import { Result } from '../../ui/result.tsx';
import type { Backend, Setting } from './backend.ts';
import { isAsked, SettingField } from './setting-field.tsx';

interface BackendDialogProps {
  /** The backend to change; absent for a new one. */
  readonly backend?: Backend;
  readonly onClose: () => void;
}

/** A form made from the settings that the type declares. */
export function BackendDialog({ backend, onClose }: BackendDialogProps): ReactElement {
  const organization = useOrganization();
  const types = useRead('backends.types', {});
  const isLocked = useRead('policy.show', {}).data?.valueEntry === 'off';
  const [name, setName] = useState(backend?.name ?? '');
  const [typeName, setType] = useState(backend?.type ?? '');
  const [isOptional, setOptional] = useState(backend?.optional ?? false);
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(
    Object.fromEntries(Object.entries(backend?.settings ?? {}).map(([key, value]) => [key, String(value)])),
  );
  const { mutate, error, isPending } = useStoreBackend();
  const addable = types.data?.types.filter((one) => one.addable) ?? [];
  const type = types.data?.types.find((one) => one.type === (typeName === '' ? addable[0]?.type : typeName));
  const asked = type?.settings.filter((setting) => isAsked(setting, type.settings, texts)) ?? [];
  const parsed = parseBackendName(name);
  const given = asked.filter(({ name: key }) => (texts[key] ?? '') !== '');
  const plain = Object.fromEntries(
    given.filter(({ secret }) => !secret).map((one) => [one.name, typed(one, texts[one.name] ?? '')]),
  );
  const secrets = Object.fromEntries(
    given.filter(({ secret }) => secret && !isLocked).map((one) => [one.name, texts[one.name] ?? '']),
  );
  const lacking = asked.filter(
    (one) =>
      one.required &&
      one.default === undefined &&
      ((one.secret && isLocked) || (texts[one.name] ?? '') === '') &&
      backend?.secretSettings.includes(one.name) !== true,
  );
  const lockedOut = isLocked ? lacking.filter(({ secret }) => secret).map((one) => one.name) : [];
  const flags = [...Object.keys(secrets), ...lockedOut].flatMap((one) => ['--secret', one]);
  const input = { name, settings: plain, optional: isOptional };
  const options = {
    onSuccess: () => {
      setTexts({});
      say(`${backend === undefined ? 'Added' : 'Changed'} the backend ${name}. Test it next.`);
      onClose();
    },
  };
  return (
    <FormDialog
      title={backend === undefined ? 'Add backend' : `Change ${backend.name}`}
      verb={backend === undefined ? 'Add backend' : 'Save'}
      isReady={parsed.ok && type !== undefined && lacking.length === 0}
      isBusy={isPending}
      error={error}
      command={
        backend === undefined
          ? commandLine(organization, 'backends.add', { ...input, type: type?.type }, flags)
          : commandLine(organization, 'backends.update', input, flags)
      }
      onClose={onClose}
      onSubmit={() => {
        mutate({ ...input, secrets, type: backend === undefined ? type?.type : undefined }, options);
      }}
    >
      <Result of={types} what="the types of backend">
        {() => (
          <>
            {backend === undefined ? (
              <>
                <SelectField
                  label="Type"
                  value={type?.type}
                  note={type === undefined ? 'No package provides a type that can be added.' : sentence(type.summary)}
                  onText={(chosen) => {
                    setType(chosen);
                    setTexts({});
                  }}
                >
                  {addable.map((one) => (
                    <option key={one.type} value={one.type}>
                      {one.title}
                    </option>
                  ))}
                </SelectField>
                <TextField
                  label="Name"
                  isMono
                  autoFocus
                  value={name}
                  problem={name === '' || parsed.ok ? undefined : sentence(parsed.reason)}
                  onText={setName}
                  note="Scopes refer to it as NAME:path."
                />
              </>
            ) : undefined}
            {asked.map((setting) => (
              <SettingField
                key={setting.name}
                setting={setting}
                isSet={backend?.secretSettings.includes(setting.name) === true}
                isLocked={isLocked && setting.secret}
                text={texts[setting.name] ?? ''}
                onText={(text) => {
                  setTexts({ ...texts, [setting.name]: text });
                }}
              />
            ))}
            <CheckField
              label="Optional"
              note="Jobs start without it, and keys that it could supply are unavailable."
              checked={isOptional}
              onCheck={setOptional}
            />
          </>
        )}
      </Result>
    </FormDialog>
  );
}

function typed({ type }: Setting, text: string): string | number | boolean {
  if (type === 'boolean') return text === 'true';
  return (type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
