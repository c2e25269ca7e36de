/** One place of a project, as a sandbox shows it to a step. */
export interface ProjectMount {
  readonly path: string;
  /** `fixed`: as it is, and no step can move it aside. */
  readonly as: 'fixed' | 'read-only' | 'empty folder' | 'empty file';
}
