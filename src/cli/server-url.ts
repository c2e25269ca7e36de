import type { ConnectionFlags } from './connection.ts';
import { UsageError } from './terminal/errors.ts';
import type { Io } from './terminal/io.ts';

export const defaultUrl = 'http://127.0.0.1:4000';

export function organizationOf(flags: ConnectionFlags, io: Io): string {
  return flags.org ?? present(io.environment['KICI_ORG']) ?? 'default';
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
