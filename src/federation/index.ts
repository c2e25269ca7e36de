export * from './host/index.ts';
export * from './resolver/index.ts';
