import { fileProblem, readPlainFile } from '../../files/plain-file.ts';
import { UsageError } from '../terminal/command-error.ts';
import { configurationItems } from './configuration-items.ts';
import type { ConfigurationSources } from './configuration.ts';

const maxBytes = 1_048_576;

/**
 * Reads a JSON object with the configuration's names; lists may be arrays.
 * @throws UsageError
 */
export async function readConfigurationFile(path: string): Promise<NonNullable<ConfigurationSources['file']>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse((await readPlainFile(path, { maxBytes, links: 'follow' })).toString('utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is not JSON' : fileProblem(error);
    throw new UsageError(
      `cannot use the configuration file ${JSON.stringify(path)} (${reason})`,
      'correct --config or KICI_CONFIG',
    );
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new UsageError(`${JSON.stringify(path)} holds no JSON object`, 'it is an object such as {"port": 4000}');
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (!Object.hasOwn(configurationItems, name))
      throw new UsageError(
        `${JSON.stringify(path)} has an unknown entry ${JSON.stringify(name)}`,
        `there are ${Object.keys(configurationItems).join(', ')}`,
      );
    values[name] = textOf(path, name, value);
  }
  return { path, values };
}

function textOf(path: string, name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value.join(',');
  throw new UsageError(
    `the entry ${name} of ${JSON.stringify(path)} is neither text, number, boolean nor a list of texts`,
    'correct the file',
  );
}
