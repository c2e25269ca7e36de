import {
  SecretValue,
  type BackendDefinition,
  type SettingField,
  type Settings,
  type SettingsProblem,
  type SettingsSchema,
} from '@kici-dev/secret-backend';
import { nearMatches } from '@kici-dev/secret-backend';
import { Redactor } from '../answers/redact.ts';
import { parseField, type PlainValue } from './parse-field.ts';

export type ParsedSettings =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] };

interface Given {
  readonly plain: ReadonlyMap<string, PlainValue>;
  readonly secret: ReadonlyMap<string, SecretValue>;
}

/**
 * Validates an instance's settings against its type's schema, and fills in defaults. Text is read as the field's type,
 * so that a command line may give `true` and `10`. All problems are reported at once, and none holds the value of a
 * secret setting.
 */
export function parseSettings(
  definition: Pick<BackendDefinition, 'type' | 'settings' | 'validate'>,
  plain: Readonly<Record<string, PlainValue>>,
  secret: Readonly<Record<string, SecretValue>>,
): ParsedSettings {
  const schema = new Map(Object.entries(definition.settings));
  const given = { plain: new Map(Object.entries(plain)), secret: new Map(Object.entries(secret)) };
  const problems: SettingsProblem[] = unknownFields(definition.type, schema, given);
  const values = new Map<string, NonNullable<Settings[string]>>();
  const unsettled = new Set<string>();
  for (const name of inOrderOfConditions(definition.settings)) {
    const field = schema.get(name);
    if (field === undefined) continue;
    // Its existence depends on a condition that is not valid yet.
    if (field.when !== undefined && unsettled.has(field.when.field)) {
      unsettled.add(name);
      continue;
    }
    const idle = whyIdle(field, values);
    const parsed = idle === undefined ? parseGiven(name, field, given) : refuseIdle(name, idle, given);
    if ('problem' in parsed) {
      problems.push({ field: name, problem: parsed.problem, hint: parsed.hint });
      unsettled.add(name);
    } else if (parsed.value !== undefined) values.set(name, parsed.value);
  }
  if (problems.length > 0) return { ok: false, problems };
  const settings: Settings = Object.freeze(
    Object.fromEntries([...schema.keys()].flatMap((name) => (values.has(name) ? [[name, values.get(name)]] : []))),
  );
  const judged = judge(definition, settings);
  return judged.length > 0 ? { ok: false, problems: judged } : { ok: true, settings };
}

type Verdict = { readonly value: Settings[string] } | { readonly problem: string; readonly hint: string };

function parseGiven(name: string, field: SettingField, { plain, secret }: Given): Verdict {
  const text = plain.get(name);
  const value = secret.get(name);
  if (field.secret === true) {
    if (text !== undefined)
      return {
        problem: 'is secret but was given as plain text',
        hint: `give it with --secret ${name}, which does not show it`,
      };
    if (value === undefined) return missing(field, `--secret ${name}`);
    return value.byteLength === 0 ? { problem: 'is empty', hint: field.description } : { value };
  }
  if (value !== undefined)
    return { problem: 'is not secret but was given as a secret', hint: `give it with --set ${name}=${field.example}` };
  if (text === undefined) return missing(field, `--set ${name}=${field.example}`);
  return parseField(field, text);
}

function missing(field: SettingField, flag: string): Verdict {
  if ('default' in field && field.default !== undefined) return { value: field.default };
  return field.required === true
    ? { problem: 'is missing', hint: `give it with ${flag}: ${field.description}` }
    : { value: undefined };
}

function whyIdle({ when }: SettingField, values: ReadonlyMap<string, Settings[string]>): string | undefined {
  if (when === undefined) return undefined;
  const value = values.get(when.field);
  const isMet = value !== undefined && !(value instanceof SecretValue) && when.is.includes(String(value));
  return isMet ? undefined : `${when.field} is ${when.is.join(' or ')}`;
}

function refuseIdle(name: string, condition: string, { plain, secret }: Given): Verdict {
  return plain.has(name) || secret.has(name)
    ? {
        problem: `applies only when ${condition}`,
        hint: `leave it out; an update removes it with --unset ${name}`,
      }
    : { value: undefined };
}

/** Each field comes after the one that its condition names. */
function inOrderOfConditions(schema: SettingsSchema): ReadonlySet<string> {
  const ordered = new Set<string>();
  const visit = (name: string, path: ReadonlySet<string>): void => {
    const field = Object.hasOwn(schema, name) ? schema[name] : undefined;
    if (field === undefined || ordered.has(name) || path.has(name)) return;
    if (field.when !== undefined) visit(field.when.field, new Set([...path, name]));
    ordered.add(name);
  };
  for (const name of Object.keys(schema)) visit(name, new Set());
  return ordered;
}

function unknownFields(
  type: string,
  schema: ReadonlyMap<string, SettingField>,
  { plain, secret }: Given,
): SettingsProblem[] {
  return [...new Set([...plain.keys(), ...secret.keys()])]
    .filter((name) => !schema.has(name))
    .map((name) => {
      const near = nearMatches(name, schema.keys());
      const known = [...schema.keys()];
      return {
        field: name,
        problem: `is not a setting of the type ${type}`,
        hint:
          near.length > 0
            ? `did you mean ${near.join(' or ')}?`
            : known.length > 0
              ? `its settings are ${known.join(', ')}`
              : 'the type has no settings',
      };
    });
}

/** Applies the type's own rules across fields. */
function judge(
  { type, validate }: Pick<BackendDefinition, 'type' | 'validate'>,
  settings: Settings,
): readonly SettingsProblem[] {
  const redactor = new Redactor(Object.values(settings).filter((value) => value instanceof SecretValue));
  const wording = (text: string): string => redactor.wording(text) ?? 'conflicts with the other settings';
  try {
    return (validate?.(settings) ?? []).map(({ field, problem, hint }) => ({
      field,
      problem: wording(problem),
      hint: wording(hint),
    }));
  } catch {
    return [
      {
        field: '',
        problem: `the adapter for ${type} failed while it judged the settings`,
        hint: "report it to the adapter's author",
      },
    ];
  }
}
