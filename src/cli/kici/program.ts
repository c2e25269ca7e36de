import { Command, InvalidArgumentError, Option } from 'commander';
import { amountOf, limitNames, mostProcesses, type Limits } from '../../agent/limits/limits.ts';
import { version } from '../../api/version.ts';

export const programName = 'kici';

const debugHelp = 'with an error, print where in the program it happened';

export interface SandboxFlag {
  readonly sandbox: 'none' | 'bwrap' | 'container';
}

interface ServerFlags {
  readonly json?: boolean;
  readonly url?: string;
  readonly org?: string;
  readonly tokenFile?: string;
}

export interface RunFlags extends ServerFlags, SandboxFlag {
  readonly label: readonly string[];
  readonly job: readonly string[];
  readonly step: readonly string[];
  readonly dryRun?: boolean;
  readonly jobs?: number;
  readonly mountDir?: string;
  readonly runtime?: string;
  readonly namespaces: boolean;
  readonly projectCopy?: boolean;
  readonly limit: Limits;
}

export interface ListFlags extends SandboxFlag {
  readonly json?: boolean;
}

export interface TypesFlags extends ServerFlags, SandboxFlag {
  readonly environment: readonly string[];
  readonly check?: boolean;
  readonly watch?: boolean;
}

export type CheckFlags = ServerFlags & SandboxFlag;

export interface ExecFlags extends ServerFlags {
  readonly environment?: string;
  readonly only: readonly string[];
  readonly all?: boolean;
  readonly prefix: string;
  readonly file: readonly { readonly variable: string; readonly key: string }[];
  readonly mask?: boolean;
  readonly limit: Limits;
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
  readonly list: (flags: ListFlags) => Promise<void>;
  readonly init: (flags: InitFlags) => Promise<void>;
  readonly types: (flags: TypesFlags) => Promise<void>;
  readonly check: (flags: CheckFlags) => Promise<void>;
  readonly exec: (command: readonly string[], flags: ExecFlags) => Promise<void>;
}

const commands: ReadonlyMap<string, (program: Command, options: ProgramOptions) => void> = new Map([
  ['run', addRun],
  ['list', addList],
  ['init', addInit],
  ['types', addTypes],
  ['check', addCheck],
  ['exec', addExec],
]);

/**
 * The commander tree; it throws commander's own errors and never ends the process.
 * @param wanted the name of the only command that the command line is of; default: it may be of any
 */
export function createProgram(options: ProgramOptions, wanted = ''): Command {
  const program = configure(new Command(programName), options)
    .description('Runs the workflows of a project with the secrets of its environments.')
    .version(version)
    .helpCommand(false)
    .addHelpText('after', examples('kici init', 'kici list', 'kici run deploy'));
  const only = commands.get(wanted);
  for (const add of only === undefined ? commands.values() : [only]) add(program, options);
  return program;
}

function addRun(program: Command, options: ProgramOptions): void {
  withServer(configure(program.command('run'), options))
    .description('Runs a workflow of .kici/workflows, in this folder or one above it.')
    .argument('[workflow]', 'its name; optional if there is only one')
    .option('--json', 'print one JSON object for each event')
    .option('--job <name>', 'run this job and what it needs, and no other; may be repeated', added, [])
    .option('--step <name>', 'run this step of the jobs, and nothing else; may be repeated', added, [])
    .option('--dry-run', 'run nothing, and tell what would run, with which secrets, and what they lack')
    .option('--jobs <count>', 'how many jobs run at the same time (else the number of cores)', count)
    .addOption(sandboxOption('the boundary around each step'))
    .option('--runtime <name>', 'what the container engine runs containers with, such as runsc (else its own choice)')
    .option('--no-namespaces', 'without a sandbox: a step may reach and leave processes, and gain rights by sudo')
    .addOption(limitOption('what each step may take at most: processes, memory, tmp, output; may be repeated'))
    .option('--project-copy', 'each job works in a copy of the project, which is gone with it')
    .option('--label <label>', 'a label of this agent, for runsOn; may be repeated', added, [])
    .option('--mount-dir <folder>', 'where secrets become files, such as a tmpfs (else TMPDIR)')
    .addHelpText(
      'after',
      examples(
        'kici run deploy',
        'kici run deploy --job migrate',
        'kici run deploy --step migrate',
        'kici run deploy --dry-run',
        'kici run deploy --jobs 1',
        'kici run deploy --sandbox bwrap --label linux',
        'kici run test --sandbox bwrap --limit memory=2GiB --limit processes=500',
      ),
    )
    .action(async (workflow: string | undefined, flags: RunFlags) => options.run(workflow, flags));
}

function addList(program: Command, options: ProgramOptions): void {
  configure(program.command('list'), options)
    .description('Lists the workflows of the project with what starts them, their jobs, environments and steps.')
    .option('--json', 'print the result as JSON')
    .addOption(sandboxOption('the boundary around the process that reads the workflows'))
    .addHelpText('after', examples('kici list', 'kici list --json'))
    .action(async (flags: ListFlags) => options.list(flags));
}

function addInit(program: Command, options: ProgramOptions): void {
  configure(program.command('init'), options)
    .description('Writes a workflow to start from, .kici/workflows/hello.ts.')
    .option('--environment <name>', 'the environment that its job binds')
    .option('--secret <key>', 'a secret of that environment, which its step reads')
    .option('--json', 'print the result as JSON')
    .option('--debug', debugHelp)
    .addHelpText('after', examples('kici init', 'kici init --environment production --secret DB_PASSWORD'))
    .action(async (flags: InitFlags) => options.init(flags));
}

function addTypes(program: Command, options: ProgramOptions): void {
  withServer(configure(program.command('types'), options))
    .description('Writes .kici/secrets.d.ts: the keys of the environments that the workflows bind, for your editor.')
    .option(
      '--environment <name>',
      'the keys of this environment, whatever the workflows bind; may be repeated',
      added,
      [],
    )
    .option('--check', 'write nothing; exit 1 with the difference when the file is not up to date')
    .option('--watch', 'go on, and write when workflows or secrets change')
    .option('--json', 'print the result as JSON')
    .addOption(sandboxOption('the boundary around the process that reads the workflows'))
    .addHelpText('after', examples('kici types', 'kici types --check', 'kici types --environment production --watch'))
    .action(async (flags: TypesFlags) => options.types(flags));
}

function addCheck(program: Command, options: ProgramOptions): void {
  withServer(configure(program.command('check'), options))
    .description('Shows which keys that the workflows name in their code are missing from their jobs.')
    .option('--json', 'print the result as JSON')
    .addOption(sandboxOption('the boundary around the process that reads the workflows'))
    .addHelpText('after', examples('kici check', 'kici check --json'))
    .action(async (flags: CheckFlags) => options.check(flags));
}

function addExec(program: Command, options: ProgramOptions): void {
  withServer(configure(program.command('exec'), options))
    .description('Runs a program with secrets of an environment as its variables or files, and exits as it exits.')
    .argument('<command...>', 'the program and its arguments, after --')
    .option('--environment <name>', 'whose secrets and variables the program gets')
    .option('--only <key>', 'hand over this key, in which * stands for any characters; may be repeated', added, [])
    .addOption(new Option('--all', 'hand over every key except those of --file').conflicts('only'))
    .option('--prefix <text>', 'put this before the name of each variable', '')
    .option(
      '--file <variable=key>',
      'the value in a file, and its path in the variable; may be repeated',
      addedFile,
      [],
    )
    .option('--mask', 'show *** for the secrets in what the program prints, which then has no terminal to print to')
    .addOption(
      limitOption('what it may take at most: processes, memory, output (then without a terminal); may be repeated'),
    )
    .option('--mount-dir <folder>', 'where secrets become files, such as a tmpfs (else TMPDIR)')
    .option('--json', 'print an error as JSON')
    .addHelpText(
      'after',
      examples(
        'kici exec --environment production --only PASSWORD --prefix PG -- psql',
        'kici exec --environment production --all --mask -- ./deploy.sh',
        'kici exec --environment production --all --limit memory=2GiB --limit processes=500 -- ./test.sh',
        'kici exec --environment production --file KUBECONFIG=CLUSTER_CONFIG -- kubectl get pods',
      ),
    )
    .action(async (command: string[], flags: ExecFlags) => options.exec(command, flags));
}

function addedFile(text: string, before: ExecFlags['file']): ExecFlags['file'] {
  const [, variable, key] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (variable === undefined || key === undefined)
    throw new InvalidArgumentError('it takes VARIABLE=KEY, such as KUBECONFIG=CLUSTER_CONFIG');
  return [...before, { variable, key }];
}

function addedLimit(text: string, before: Limits): Limits {
  const [, name = '', amount = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const known = limitNames.find((one) => one === name);
  const value = known === undefined ? undefined : amountOf(known, amount);
  if (known === undefined || value === undefined)
    throw new InvalidArgumentError(
      `it takes NAME=AMOUNT of ${limitNames.join(', ')}, such as processes=200 or memory=512MiB; processes=${mostProcesses} at most`,
    );
  return { ...before, [known]: value };
}

function withServer(command: Command): Command {
  return command
    .option('--url <url>', 'the orchestrator (KICI_URL, else http://127.0.0.1:4000)')
    .option('--org <organization>', 'the organization (KICI_ORG, else "default")')
    .option('--token-file <path>', "a file with the token (else KICI_TOKEN, else the local user's own)")
    .option('--debug', debugHelp);
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

function limitOption(description: string): Option {
  return new Option('--limit <name=amount>', description).argParser(addedLimit).default({});
}

function sandboxOption(description: string): Option {
  return new Option('--sandbox <profile>', description).choices(['none', 'bwrap', 'container']).default('none');
}

function added(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function count(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('it takes a whole number from 1 to 9999');
  return Number(text);
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}
