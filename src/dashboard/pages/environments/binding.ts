import type { ClientOutput } from '../../../api/registry.ts';

export type BindingView = ClientOutput<'environments.show'>['bindings'][number];
