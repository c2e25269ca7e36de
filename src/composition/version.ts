import manifest from '../../package.json' with { type: 'json' };

/** The product's version, as the server tells it. */
export const version: string = manifest.version;
