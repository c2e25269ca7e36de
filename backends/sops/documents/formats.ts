import { extname } from 'node:path';

/** Sops tells formats by the end of the file name (sops, `config`). Its fifth format, binary, has no keys. */
const extensions = { yaml: ['.yaml', '.yml'], json: ['.json'], dotenv: ['.env'], ini: ['.ini'] } as const;

export type Format = keyof typeof extensions;

export const formatNames = ['yaml', 'json', 'dotenv', 'ini'] as const satisfies readonly Format[];

export const allExtensions: readonly string[] = formatNames.flatMap((format) => extensions[format]);

export function formatOf(path: string): Format | undefined {
  const extension = extname(path);
  return formatNames.find((format) => extensions[format].some((known) => known === extension));
}

export function extensionOf(format: Format): string {
  return extensions[format][0];
}

/** An INI file keeps keys without a section in this one (sops, `stores/ini`). */
export const defaultSection = 'DEFAULT';
