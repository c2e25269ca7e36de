import { organizationGrammar, organizationRule } from '../api/organization-name.ts';
import { UsageError } from './terminal/command-error.ts';
import type { Io } from './terminal/io.ts';

/** The flags shared by every command of both clients. */
export interface ConnectionFlags {
  readonly url?: string | undefined;
  readonly org?: string | undefined;
  readonly tokenFile?: string | undefined;
}

export const defaultUrl = 'http://127.0.0.1:4000';

/**
 * The organization of a call: `--org`, else `KICI_ORG`, else `default`.
 * @throws UsageError
 */
export function organizationOf(flags: ConnectionFlags, io: Io): string {
  const name = flags.org ?? present(io.environment['KICI_ORG']) ?? 'default';
  if (!organizationGrammar.test(name))
    throw new UsageError(`${organizationRule}: ${JSON.stringify(name)} is not valid`, 'correct --org or KICI_ORG');
  return name;
}

/** @throws UsageError */
export function urlOf(flags: ConnectionFlags, io: Io): string {
  const url = flags.url ?? present(io.environment['KICI_URL']) ?? defaultUrl;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(`${JSON.stringify(url)} is not an http or https address`, 'correct --url or KICI_URL');
  return url;
}

export function present(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
