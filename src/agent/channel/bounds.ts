/**
 * All that a process which runs code of an author can send to its agent, in number and in bytes. Whatever it does, the
 * agent that is to clean up after it holds no more than this.
 */
export const bounds = {
  /** One message. What is longer is refused by its header, before it is kept. */
  messageBytes: 1_048_576,
  /** Asked for in one message. */
  requests: 500,
  /** Messages whose answers are not out yet; a step that sends more, or does not read, waits. */
  messagesInFlight: 8,
  /** Of one message's answers, about as much is made at a time; the rest when that is out. */
  answerBytes: 1_048_576,
  /** Keys that one file joins. */
  sources: 1_000,
  dividerCharacters: 65_536,
  fileNameBytes: 255,
  /** Files of one step, and all their bytes. */
  files: 1_000,
  fileBytes: 67_108_864,
  /** In all the files of a job that join secrets, each of which the masker looks for: four of the largest values. */
  joinedBytes: 262_144,
  /** One value of an author's own that the masker is to look for: with its encoding it has room in a message. */
  maskedValueBytes: 65_536,
  /** All of those in a job. */
  maskedBytes: 262_144,
  /** How many of each kind, joined files and values of an author's own, the masker looks for in a job. */
  needles: 1_000,
  /** Folders that a job adds to PATH, and all their characters: no process can be given a longer variable. */
  folders: 100,
  folderCharacters: 65_536,
  /** A path of the operating system. */
  pathCharacters: 4_096,
  /** The same with all its characters escaped. */
  urlCharacters: 12_288,
  /** The file that $KICI_ENV names. */
  exportBytes: 1_048_576,
  /**
   * Variables that all steps of a job export. In bytes the bound is what a program can be started with: see
   * `variableSizeProblem`.
   */
  exports: 1_000,
  /** How a step's error is described. */
  errorBytes: 524_288,
  /** How what is wrong with a workflow's file is described. */
  problemBytes: 65_536,
  /** Modules and imports in one message, of all that the workflows are made of. */
  recordsPerMessage: 25,
  /** All that the processes which read the workflows of a project send. */
  loaderMessages: 20_000,
  loaderBytes: 67_108_864,
  /** Until a workflow's file is imported, in milliseconds. */
  importMs: 30_000,
} as const;
