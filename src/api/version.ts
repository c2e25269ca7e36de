import manifest from '../../package.json' with { type: 'json' };

/** The product's version, of the clients and the orchestrator alike: they are released together. */
export const version: string = manifest.version;
