import type { ClientOutput } from '../../../api/registry.ts';

/** A variable as the list of variables shows it. */
export type Variable = ClientOutput<'variables.list'>['variables'][number];
