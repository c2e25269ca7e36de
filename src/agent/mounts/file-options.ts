import { bounds } from '../channel/bounds.ts';
import { SecretFileError, type SecretFileOptions } from '@kici-dev/sdk';
import { nearMatches, quote } from '@kici-dev/secret-backend';

export interface CheckedFileOptions {
  readonly sources: readonly string[];
  readonly divider: string;
  readonly finalNewline: boolean;
  readonly mode: number;
  readonly name: string | undefined;
}

const known: Readonly<Record<keyof SecretFileOptions, true>> = {
  sources: true,
  divider: true,
  finalNewline: true,
  mode: true,
  name: true,
};

/** Checks what an author passed, which need not have the declared types. @throws SecretFileError */
export function checkFileOptions(options: unknown): CheckedFileOptions {
  if (typeof options !== 'object' || options === null)
    throw invalid("the options are missing; call mountFile({ sources: ['KEY'] })");
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    const near = nearMatches(unknown, Object.keys(known));
    throw invalid(
      `there is no option ${quote(unknown)}; ${near.length === 0 ? `the options are ${Object.keys(known).join(', ')}` : `did you mean ${near.join(' or ')}?`}`,
    );
  }
  const {
    sources,
    divider = '',
    finalNewline = false,
    mode = 0o600,
    name,
  }: Record<string, unknown> = Object.fromEntries(Object.entries(options));
  if (!Array.isArray(sources) || !sources.every((source) => typeof source === 'string'))
    throw invalid('sources must be a list of keys');
  if (sources.length === 0)
    throw new SecretFileError(
      'no_sources',
      'sources is empty, so there is nothing to write; name at least one key, and see ctx.secrets.list() for those that there are',
    );
  if (sources.length > bounds.sources) throw invalid(`sources has more than ${bounds.sources} keys`);
  if (typeof divider !== 'string' || divider.length > bounds.dividerCharacters)
    throw invalid(`divider must be text of at most ${bounds.dividerCharacters} characters`);
  if (typeof finalNewline !== 'boolean') throw invalid('finalNewline must be true or false');
  if (typeof mode !== 'number' || !Number.isInteger(mode) || mode < 0 || mode > 0o777)
    throw invalid('mode must be permission bits from 0 to 0o777, such as 0o600');
  if (name === undefined) return { sources, divider, finalNewline, mode, name };
  if (typeof name !== 'string' || !isPlainFileName(name)) {
    throw new SecretFileError(
      'invalid_file_name',
      `${typeof name === 'string' ? quote(name) : `a ${typeof name}`} is not a plain file name; leave out folders, "." and "..", and use at most ${bounds.fileNameBytes} bytes`,
    );
  }
  return { sources, divider, finalNewline, mode, name };
}

/** Also used by the agent: a step's message need not have passed through the function above. */
export function isPlainFileName(name: string): boolean {
  return (
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    !/[/\\\p{Cc}]/u.test(name) &&
    Buffer.byteLength(name) <= bounds.fileNameBytes
  );
}

function invalid(message: string): SecretFileError {
  return new SecretFileError('invalid_options', message);
}
