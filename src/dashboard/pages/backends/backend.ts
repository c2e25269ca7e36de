import type { ClientOutput } from '../../../api/registry.ts';

/** A backend as the list of backends shows it. */
export type Backend = ClientOutput<'backends.list'>['backends'][number];

export type Setting = ClientOutput<'backends.types'>['types'][number]['settings'][number];
