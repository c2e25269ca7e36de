/** How a sandbox shows one path of a project to a step. */
export interface ProjectMount {
  readonly path: string;
  /** `fixed`: as it is, but no step can move it aside. */
  readonly as: 'fixed' | 'read-only' | 'empty folder' | 'empty file';
}
