const secretName = /^projects\/[^/]+(?:\/locations\/[^/]+)?\/secrets\/([A-Za-z0-9_-]{1,255})$/;
const versionName =
  /^projects\/[^/]+(?:\/locations\/[^/]+)?\/secrets\/([A-Za-z0-9_-]{1,255})\/versions\/([1-9][0-9]{0,18})$/;

/** The service's spelling of names. It answers with the project's number, whichever was sent. */
export interface Resources {
  readonly parent: string;
  readonly isRegional: boolean;
  secret(id: string): string;
  version(id: string, version: string): string;
}

export function createResources(project: string, location: string | undefined): Resources {
  const parent = location === undefined ? `projects/${project}` : `projects/${project}/locations/${location}`;
  return {
    parent,
    isRegional: location !== undefined,
    secret: (id) => `${parent}/secrets/${id}`,
    version: (id, version) => `${parent}/secrets/${id}/versions/${version}`,
  };
}

export function secretIdOf(name: unknown): string | undefined {
  return typeof name === 'string' ? secretName.exec(name)?.[1] : undefined;
}

/** `undefined` also for a version of another secret, so that the answer to another request does not count. */
export function versionOf(name: unknown, id: string): string | undefined {
  const [, ofId, version] = typeof name === 'string' ? (versionName.exec(name) ?? []) : [];
  return ofId === id ? version : undefined;
}

/**
 * A version number as this backend returns it. Excludes aliases and `latest`, which may mean another version tomorrow.
 */
export function isVersion(text: string): boolean {
  return /^[1-9][0-9]{0,18}$/.test(text);
}
