export * from './resolver/index.ts';
