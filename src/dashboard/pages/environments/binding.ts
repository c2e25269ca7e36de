import type { ClientOutput } from '../../../api/registry.ts';

export type Binding = ClientOutput<'environments.show'>['bindings'][number];
