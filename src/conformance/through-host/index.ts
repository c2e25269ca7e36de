export { proveAlsoThroughHost } from './prove.ts';
export { throughHost } from './through-host.ts';
