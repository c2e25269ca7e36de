import { Command } from 'commander';
import { version } from '../../api/version.ts';
import { configurationItems } from './configuration-items.ts';
import type { MigrateDataFlags } from './migrate-data.ts';

export const programName = 'kici-orchestrator';

export interface ProgramOptions {
  readonly writeOut: (text: string) => void;
  readonly serve: (flags: Record<string, unknown>, json: boolean) => Promise<void>;
  readonly migrate: (flags: Record<string, unknown>, json: boolean) => Promise<void>;
  readonly health: (flags: Record<string, unknown>, json: boolean) => Promise<void>;
  readonly printConfiguration: (flags: Record<string, unknown>, json: boolean) => Promise<void>;
  readonly rotateKey: (flags: Record<string, unknown>, newKeyFile: string, json: boolean) => Promise<void>;
  readonly migrateData: (flags: Record<string, unknown>, move: MigrateDataFlags, json: boolean) => Promise<void>;
  readonly reseal: (flags: Record<string, unknown>, yes: boolean, json: boolean) => Promise<void>;
}

/** The commander tree; it throws commander's own errors and never ends the process. */
export function createProgram(options: ProgramOptions): Command {
  const program = configure(new Command(programName), options)
    .description('The KiCI secrets orchestrator: HTTP API on http://127.0.0.1:4000, data in ./.kici-data.')
    .version(version)
    .option('--config <file>', 'JSON file with the entries that `config` prints (KICI_CONFIG)')
    .option('--json', 'print the ready line, and errors, as JSON')
    .option('--debug', 'with an error, print where in the program it happened')
    .addHelpText('after', '\nExample:\n  kici-orchestrator --port 4100 --data-dir /var/lib/kici\n');
  for (const item of Object.values(configurationItems))
    if (item.flag !== '') program.option(item.flag, `${item.description} (${item.variable})`);
  const isJson = (): boolean => program.opts<{ json?: boolean }>().json === true;
  program.action(() => options.serve(program.opts(), isJson()));
  configure(program.command('config'), options)
    .description('print each value of the configuration and where it came from')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  KICI_PORT=4100 kici-orchestrator config\n')
    .action((flags: { json?: boolean }) => options.printConfiguration(program.opts(), flags.json === true || isJson()));
  configure(program.command('migrate'), options)
    .description('make the tables of the database, or bring them up to date, and end')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  KICI_DATABASE_URL=postgres://… kici-orchestrator migrate\n')
    .action((flags: { json?: boolean }) => options.migrate(program.opts(), flags.json === true || isJson()));
  configure(program.command('health'), options)
    .description('ask the orchestrator that has this configuration on this machine whether it is ready')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  KICI_PORT=4100 kici-orchestrator health\n')
    .action((flags: { json?: boolean }) => options.health(program.opts(), flags.json === true || isJson()));
  configure(program.command('rotate-key'), options)
    .description('put the stored data under another key-encryption key; stop the orchestrators first')
    .requiredOption('--new-key-file <file>', 'file of the new key; created if there is none')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  kici-orchestrator rotate-key --new-key-file /etc/kici/secret-2.key\n')
    .action((flags: { newKeyFile: string; json?: boolean }) =>
      options.rotateKey(program.opts(), flags.newKeyFile, flags.json === true || isJson()),
    );
  configure(program.command('migrate-data'), options)
    .description('move an installation from the SQLite of a data folder to a PostgreSQL; stop the orchestrators first')
    .requiredOption('--from <folder>', 'the data folder, which stays as it is')
    .option('--to <url>', 'an empty database; default: KICI_DATABASE_URL')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  KICI_DATABASE_URL=postgres://… kici-orchestrator migrate-data --from /var/lib/kici\n',
    )
    .action((flags: { from: string; to?: string; json?: boolean }) =>
      options.migrateData(program.opts(), { from: flags.from, to: flags.to }, flags.json === true || isJson()),
    );
  configure(program.command('reseal'), options)
    .description('list the rows that were changed outside the orchestrator, and accept them on request')
    .option('-y, --yes', 'accept all of them as they are')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  kici-orchestrator reseal\n')
    .action((flags: { yes?: boolean; json?: boolean }) =>
      options.reseal(program.opts(), flags.yes === true, flags.json === true || isJson()),
    );
  return program;
}

function configure(command: Command, { writeOut }: ProgramOptions): Command {
  return command.exitOverride().configureOutput({ writeOut, writeErr: () => undefined });
}
