/** Where the attacks run: the sandboxes, containers also by gVisor, and none with and without namespaces of its own. */
export const places = [
  'none',
  'none, with --no-namespaces',
  'bwrap',
  'container',
  'container, with --runtime runsc',
] as const;

export type AttackPlace = (typeof places)[number];

export interface Attack {
  /** As in `test/fixtures/attacks/attacks.mjs`. */
  readonly id: string;
  /** What it tries. */
  readonly what: string;
  /** Where it is held; elsewhere it is a limit, which the documentation names. */
  readonly held: readonly AttackPlace[];
}

const boundaries = ['bwrap', 'container', 'container, with --runtime runsc'] as const;
const withNamespaces = ['none', ...boundaries] as const;

export const attackTable: readonly Attack[] = [
  { id: 'owner-files', what: 'reads a file of yours, such as a token', held: boundaries },
  { id: 'temporary-files', what: 'reads temporary files of other programs', held: boundaries },
  { id: 'mounted-files', what: 'reads the mounted files of another job', held: boundaries },
  { id: 'file-times', what: 'sees when another job reads its mounted files', held: boundaries },
  { id: 'exports', what: "writes variables for another job's later steps", held: boundaries },
  { id: 'workflow-code', what: 'rewrites a workflow', held: boundaries },
  { id: 'git-hooks', what: "rewrites a hook of the project's repository", held: boundaries },
  { id: 'own-code', what: 'rewrites the code of `kici` that runs it', held: boundaries },
  { id: 'exported-link', what: 'has a link in place of its exported variables followed', held: places },
  { id: 'planted-link', what: 'has a secret written through a link that it has planted', held: places },
  { id: 'other-keys', what: 'asks for a key that is not in its catalogue', held: places },
  {
    id: 'timed-keys',
    what: 'finds out by the answer, or by its time, whether others have a key of some name',
    held: places,
  },
  { id: 'other-channels', what: "connects to another step's channel", held: places },
  {
    id: 'survivors',
    what: 'leaves a process behind: two forks, a session of its own, an empty environment',
    held: withNamespaces,
  },
  { id: 'signals', what: 'signals a process of yours, or of another job', held: withNamespaces },
  { id: 'hidden-processes', what: 'reaches a process by guessing its number', held: withNamespaces },
  { id: 'process-environments', what: "reads the agent's environment, or another job's", held: withNamespaces },
  {
    id: 'process-times',
    what: 'watches what time a process of yours, or of another job, takes',
    held: withNamespaces,
  },
  { id: 'process-memory', what: 'opens the memory of another process', held: withNamespaces },
  { id: 'process-roots', what: 'reads a file of yours through `/proc/PID/root`', held: boundaries },
  { id: 'descriptors', what: 'reads through a descriptor that the starter of the agent had open', held: boundaries },
  { id: 'ptrace', what: 'traces a process of yours, or of another job', held: withNamespaces },
  { id: 'owner-sockets', what: 'connects to a Unix socket of yours, such as that of an SSH agent', held: boundaries },
  { id: 'engine-socket', what: 'connects to the container engine', held: boundaries },
  { id: 'abstract-sockets', what: 'connects to an abstract socket', held: boundaries },
  { id: 'network', what: 'connects to a service of this machine, such as one of metadata', held: boundaries },
  {
    id: 'machine-times',
    what: 'watches how busy the whole machine is',
    held: ['container, with --runtime runsc'],
  },
  { id: 'terminal', what: 'types into the terminal that `kici` was started from', held: places },
  { id: 'setuid-programs', what: 'gains rights by a setuid program', held: boundaries },
  { id: 'capabilities', what: 'has capabilities, where root runs `kici`', held: boundaries },
  { id: 'control-groups', what: 'leaves its control group, where root runs `kici`', held: boundaries },
  { id: 'kernel-settings', what: 'changes settings of the kernel, where root runs `kici`', held: boundaries },
  { id: 'devices', what: 'opens a block device, where root runs `kici`', held: boundaries },
  { id: 'mounts', what: 'undoes mounts in a namespace of its own', held: boundaries },
  { id: 'keyrings', what: "reads a key of your session's keyring", held: boundaries },
  { id: 'shared-memory', what: 'attaches a System V shared memory segment', held: boundaries },
  { id: 'shared-files', what: 'reads a file of `/dev/shm`', held: boundaries },
  { id: 'core-files', what: 'leaves its memory in a core file, by a crash', held: withNamespaces },
];

/** For the documentation. */
export function attackRows(): readonly (readonly string[])[] {
  return attackTable.map(({ what, held }) => [
    what,
    ...places.map((place) => (held.includes(place) ? 'held' : '**not held**')),
  ]);
}
