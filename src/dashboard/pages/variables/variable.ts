import type { ClientOutput } from '../../../api/registry.ts';

export type Variable = ClientOutput<'variables.list'>['variables'][number];
