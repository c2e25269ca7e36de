export interface Call {
  readonly method: string;
  /** Below `/v1/`, decoded; a trailing slash is kept. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string | undefined;
  readonly namespace: string;
  /** Parsed with every digit. */
  readonly body: unknown;
}

export interface Reply {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export function data(fields: object, extra: object = {}): Reply {
  return {
    status: 200,
    body: {
      request_id: 'fake',
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: fields,
      wrap_info: null,
      warnings: null,
      auth: null,
      ...extra,
    },
  };
}

export function auth(fields: object): Reply {
  return {
    status: 200,
    body: {
      request_id: 'fake',
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: null,
      wrap_info: null,
      warnings: null,
      auth: fields,
    },
  };
}

export const done: Reply = { status: 204 };
export const nothing: Reply = { status: 404, body: { errors: [] } };
export const denied: Reply = { status: 403, body: { errors: ['permission denied'] } };

export function refused(status: number, ...errors: readonly string[]): Reply {
  return { status, body: { errors } };
}

export function warned(...warnings: readonly string[]): Reply {
  return {
    status: 404,
    body: {
      request_id: 'fake',
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: null,
      wrap_info: null,
      warnings,
      auth: null,
    },
  };
}
