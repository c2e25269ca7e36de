import { wrongSetting, type BackendHost } from '@kici-dev/secret-backend';
import type { Source } from '../config.ts';
import type { SettingName } from '../settings.ts';

export function settingOf(source: Source, inline: SettingName): SettingName {
  return 'inline' in source ? inline : source.setting;
}

/** Larger than any list of authorities. */
const maxBytes = 1_048_576;

/**
 * The text of a setting, or of the file that it names.
 * @throws BackendError `misconfigured`
 */
export async function readSource(source: Source, host: BackendHost): Promise<string> {
  if ('inline' in source) return source.inline.text() ?? '';
  const { contents } = await host.readFile(source.setting, source.file, maxBytes);
  const text = contents.text();
  if (text === undefined) throw wrongSetting(source.setting, `${source.setting} names a file that is not UTF-8 text`);
  return text;
}
