/**
 * Limits on everything that a process running author code can send to its agent. The agent never holds more than this,
 * whatever the process does, and so stays able to clean up after it.
 */
export const bounds = {
  /** One message. A longer one is refused by its header, before it is stored. */
  messageBytes: 1_048_576,
  requests: 500,
  /** Messages whose answers are still being sent; a step that sends more, or does not read, waits. */
  messagesInFlight: 8,
  /** About this much of a message's answers is made at a time; the rest follows once it is sent. */
  answerBytes: 1_048_576,
  /** Keys that one file joins. */
  sources: 1_000,
  dividerCharacters: 65_536,
  fileNameBytes: 255,
  /** Files of one step, and their total size. */
  files: 1_000,
  fileBytes: 67_108_864,
  /** Total of a job's files that join secrets, each of which the masker looks for: four of the largest values. */
  joinedBytes: 262_144,
  /** One value that an author registers with the masker; encoded, it fits in a message. */
  maskedValueBytes: 65_536,
  /** All such values of a job. */
  maskedBytes: 262_144,
  /** Joined files of a job that the masker looks for, and likewise the author's own values. */
  needles: 1_000,
  /** Folders that a job adds to PATH, and their total length: no process can be given a longer variable. */
  folders: 100,
  folderCharacters: 65_536,
  /** A path of the operating system. */
  pathCharacters: 4_096,
  /** The same with every character escaped. */
  urlCharacters: 12_288,
  /** The file that $KICI_ENV names. */
  exportBytes: 1_048_576,
  /**
   * Variables that all steps of a job export. `variableSizeProblem` limits their bytes to what a program can be started
   * with.
   */
  exports: 1_000,
  /** Description of a step's error. */
  errorBytes: 524_288,
  /** Description of what is wrong with a workflow file. */
  problemBytes: 65_536,
  /** Modules and imports in one message, out of all that the workflows consist of. */
  recordsPerMessage: 25,
  /** Code in all of them together; however it is escaped, a message has room for it. */
  recordedCharacters: 65_536,
  /** Everything that the processes which read a project's workflows send. */
  loaderMessages: 20_000,
  loaderBytes: 67_108_864,
  /** Milliseconds until a workflow file is imported. */
  importMs: 30_000,
} as const;
