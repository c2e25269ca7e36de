export { createBackend, type BackendOptions } from './create-backend.ts';
export { createResolver, type Resolver, type ResolverMeta, type ResolverOptions } from './create-resolver.ts';
export * from './host/index.ts';
export * from './resolver/index.ts';
export { mergeInTurns } from './merge-in-turns.ts';
export { inTurns, ownTurn } from './host/layers/turns.ts';
