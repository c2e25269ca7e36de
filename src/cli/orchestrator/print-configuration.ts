import type { Io } from '../terminal/io.ts';
import { table } from '../terminal/table.ts';
import { configurationItems, type ItemName } from './configuration-items.ts';
import type { Configuration, ConfiguredValue } from './configuration.ts';

/** Prints each value and its source, with secrets redacted. */
export function printConfiguration(configuration: Configuration, json: boolean, io: Io): void {
  const rows = Object.values(configurationItems).map((item) => {
    const configured = configuration[item.name];
    return {
      name: item.name,
      value: shown(item.name, configured),
      origin: configured.origin,
      source: configured.source,
    };
  });
  io.stdout.write(
    json
      ? `${JSON.stringify(Object.fromEntries(rows.map(({ name, ...rest }) => [name, rest])))}\n`
      : `${table(
          ['name', 'value', 'from', 'source'],
          rows.map(({ name, value, origin, source }) => [name, value, origin, source]),
        )}\n`,
  );
}

function shown(name: ItemName, { value }: ConfiguredValue): string {
  if ('secret' in configurationItems[name]) return value === '' ? '' : '(set)';
  return value;
}
