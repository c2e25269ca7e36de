import type { ClientOutput } from '../../../api/registry.ts';

export type BindingView = ClientOutput<'environments.show'>['bindings'][number];

/** The open dialog of the page. */
export type Doing =
  { readonly kind: 'bind' | 'delete' } | { readonly kind: 'rebind' | 'unbind'; readonly binding: BindingView };
