import type { ClientOutput } from '../../../api/registry.ts';

export type Backend = ClientOutput<'backends.list'>['backends'][number];

export type Setting = ClientOutput<'backends.types'>['types'][number]['settings'][number];
