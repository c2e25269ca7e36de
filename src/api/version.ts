import manifest from '../../package.json' with { type: 'json' };

/** The product's version; clients and orchestrator are released together. */
export const version: string = manifest.version;
