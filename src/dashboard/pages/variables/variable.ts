import type { ClientOutput } from '../../../api/registry.ts';

/** As the list of variables shows one. */
export type Variable = ClientOutput<'variables.list'>['variables'][number];
