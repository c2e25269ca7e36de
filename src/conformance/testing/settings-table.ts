import type { SettingField, SettingsSchema } from '@kici-dev/secret-backend';

/** A backend's settings as a Markdown table for its page. */
export function settingsTable(schema: SettingsSchema): string {
  const rows = Object.entries(schema).map(
    ([name, field]) =>
      `| \`${name}\` | ${kindOf(field)} | ${defaultOf(field)} | ${conditionOf(field)}${field.description} Example: \`${field.example}\` |`,
  );
  return ['| setting | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function kindOf(field: SettingField): string {
  if (field.type === 'choice') return field.choices.map((choice) => `\`${choice}\``).join(', ');
  const range = field.type === 'integer' && field.minimum !== undefined ? ` ${field.minimum} to ${field.maximum}` : '';
  return `${field.secret === true ? 'secret' : field.type}${range}`;
}

function defaultOf(field: SettingField): string {
  if (field.default === undefined) return field.required === true ? '(required)' : '';
  return field.default === '' ? '(empty)' : `\`${field.default}\``;
}

function conditionOf({ when }: SettingField): string {
  return when === undefined ? '' : `With \`${when.field}\` ${when.is.map((choice) => `\`${choice}\``).join(' or ')}. `;
}
