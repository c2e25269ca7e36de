/** Whose imports these are. */
export const importer: string = import.meta.url;

/** A published step host is a script, which cannot import: this comes from the module that runs it. */
export const importModule = async (url: string): Promise<unknown> => import(url);
