import { Command, Option } from 'commander';
import { version } from '../version.ts';

export const programName = 'kici';

const debugHelp = 'with an error, print where in the program it happened';

export interface RunFlags {
  readonly json?: boolean;
  readonly url?: string;
  readonly org?: string;
  readonly tokenFile?: string;
  readonly sandbox: 'none' | 'bwrap' | 'container';
  readonly label: readonly string[];
  readonly mountDir?: string;
}

export interface InitFlags {
  readonly json?: boolean;
  readonly environment?: string;
  readonly secret?: string;
}

export interface ProgramOptions {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
  readonly run: (workflow: string | undefined, flags: RunFlags) => Promise<void>;
  readonly init: (flags: InitFlags) => Promise<void>;
}

/** The commander tree; it throws commander's own errors and never ends the process. */
export function createProgram(options: ProgramOptions): Command {
  const program = configure(new Command(programName), options)
    .description('Runs the workflows of a project with the secrets of its environments.')
    .version(version)
    .helpCommand(false)
    .addHelpText('after', examples('kici init', 'kici run deploy'));
  configure(program.command('run'), options)
    .description('Runs a workflow of .kici/workflows, in this folder or one above it.')
    .argument('[workflow]', 'its name; may be left out where there is only one')
    .option('--json', 'print one JSON object for each event')
    .option('--debug', debugHelp)
    .option('--url <url>', 'the orchestrator (KICI_URL, else http://127.0.0.1:4000)')
    .option('--org <organization>', 'the organisation (KICI_ORG, else "default")')
    .option('--token-file <path>', "a file with the token (else KICI_TOKEN, else the local user's own)")
    .addOption(
      new Option('--sandbox <profile>', 'the boundary around each step')
        .choices(['none', 'bwrap', 'container'])
        .default('none'),
    )
    .option(
      '--label <label>',
      'a label of this agent, for runsOn; may be repeated',
      (label: string, before: readonly string[]) => [...before, label],
      [] as readonly string[],
    )
    .option('--mount-dir <folder>', 'where secrets become files, such as a tmpfs (else TMPDIR)')
    .addHelpText('after', examples('kici run deploy', 'kici run deploy --sandbox bwrap --label linux'))
    .action(async (workflow: string | undefined, flags: RunFlags) => options.run(workflow, flags));
  configure(program.command('init'), options)
    .description('Writes a workflow to start from, .kici/workflows/hello.ts.')
    .option('--environment <name>', 'the environment that its job binds')
    .option('--secret <key>', 'a secret of that environment, which its step reads')
    .option('--json', 'print the result as JSON')
    .option('--debug', debugHelp)
    .addHelpText('after', examples('kici init', 'kici init --environment production --secret DB_PASSWORD'))
    .action(async (flags: InitFlags) => options.init(flags));
  return program;
}

function configure(command: Command, { writeOut, writeErr }: ProgramOptions): Command {
  return command
    .helpOption('-h, --help', 'show help')
    .configureOutput({
      writeOut,
      writeErr,
      outputError: () => {},
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}
