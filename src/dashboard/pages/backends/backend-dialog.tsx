import { useState, type ReactElement } from 'react';
import { parseBackendName } from '../../../api/names.ts';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { useStoreBackend } from '../../api/use-store-backend.ts';
import { useOrganization } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { Button } from '../../ui/button.tsx';
import { Command } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { CheckField, SelectField, TextField } from '../../ui/field.tsx';
import { ErrorNotice, sentence } from '../../ui/notice.tsx';
import { Result } from '../../ui/result.tsx';
import type { Backend, Setting } from './backend.ts';
import { isAsked, SettingField } from './setting-field.tsx';

interface BackendDialogProps {
  /** What is changed; left out: a new one. */
  readonly backend?: Backend;
  readonly onClose: () => void;
}

/** A form by the settings that the type itself declares. */
export function BackendDialog({ backend, onClose }: BackendDialogProps): ReactElement {
  const organization = useOrganization();
  const types = useRead('backends.types', {});
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
    given.filter(({ secret }) => secret).map((one) => [one.name, texts[one.name] ?? '']),
  );
  const lacks = asked.some(
    (one) =>
      one.required &&
      one.default === undefined &&
      (texts[one.name] ?? '') === '' &&
      backend?.secretSettings.includes(one.name) !== true,
  );
  const input = { name, settings: plain, optional: isOptional };
  const shown = { ...input, name: name === '' ? undefined : name };
  const options = {
    onSuccess: () => {
      setTexts({});
      say(`${backend === undefined ? 'Added' : 'Changed'} the backend ${name}. Test it next.`);
      onClose();
    },
  };
  return (
    <Dialog
      title={backend === undefined ? 'Add backend' : `Change ${backend.name}`}
      onClose={onClose}
      onSubmit={() => {
        mutate({ ...input, secrets, type: backend === undefined ? type?.type : undefined }, options);
      }}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!parsed.ok || type === undefined || lacks || isPending}>
            {backend === undefined ? 'Add backend' : 'Save'}
          </Button>
        </>
      }
    >
      <Result of={types} what="the types of backend">
        {() => (
          <>
            {backend === undefined ? (
              <>
                <SelectField
                  label="Type"
                  value={type?.type}
                  note={type === undefined ? 'No package brings a type that can be added.' : sentence(type.summary)}
                  onChange={(event) => {
                    setType(event.target.value);
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
                  onChange={(event) => {
                    setName(event.target.value);
                  }}
                  note="As scopes name it: NAME:path."
                />
              </>
            ) : undefined}
            {asked.map((setting) => (
              <SettingField
                key={setting.name}
                setting={setting}
                isSet={backend?.secretSettings.includes(setting.name) === true}
                text={texts[setting.name] ?? ''}
                onChange={(text) => {
                  setTexts({ ...texts, [setting.name]: text });
                }}
              />
            ))}
            <CheckField
              label="Optional"
              note="Jobs start without it, and keys that it could supply are unavailable."
              checked={isOptional}
              onChange={(event) => {
                setOptional(event.target.checked);
              }}
            />
          </>
        )}
      </Result>
      {error === null ? undefined : <ErrorNotice error={error} />}
      <Command
        text={
          backend === undefined
            ? commandLine(organization, 'backends.add', { ...shown, type: type?.type }, secretFlags(secrets))
            : commandLine(organization, 'backends.update', shown, secretFlags(secrets))
        }
      />
    </Dialog>
  );
}

function secretFlags(secrets: Readonly<Record<string, string>>): string[] {
  return Object.keys(secrets).flatMap((name) => ['--secret', name]);
}

function typed({ type }: Setting, text: string): string | number | boolean {
  if (type === 'boolean') return text === 'true';
  return (type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
