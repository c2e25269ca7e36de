import { ApiError } from '../api/api-error.ts';
import type { ApiClient } from '../api/client.ts';

export interface Credentials {
  readonly token: string | undefined;
  /** PEM: that of the orchestrator itself. */
  readonly certificate: string | undefined;
}

export interface StartingServer {
  /** What the orchestrator has left for its user by now. */
  readonly read: () => Promise<Credentials>;
  readonly connect: (credentials: Credentials) => ApiClient;
  /** Resolves when it listens and has left them, or has not done so for long. */
  readonly started: () => Promise<void>;
}

/** What somebody says who is not the one that these credentials are from. */
const strangers: readonly unknown[] = [
  'unauthenticated',
  'certificate_untrusted_by_system',
  'certificate_for_another_name',
];

/**
 * A client of an orchestrator that may be just starting: it is waited for where it refuses the first connection, and
 * what it leaves is read again where it has replaced that since.
 */
export class PatientClient implements ApiClient {
  readonly #server: StartingServer;
  #credentials: Credentials;
  #client: ApiClient;
  #waiting: Promise<void> | undefined;
  /** Whether anything has come of a connection: then it has started. */
  #hasAnswered = false;

  constructor(server: StartingServer, credentials: Credentials) {
    this.#server = server;
    this.#credentials = credentials;
    this.#client = server.connect(credentials);
  }

  get signal(): AbortSignal | undefined {
    return this.#client.signal;
  }

  call: ApiClient['call'] = async (operation, input, token, onProgress) =>
    this.#persist(async (client) => client.call(operation, input, token, onProgress));

  send: ApiClient['send'] = async (call, input, token, signal) => {
    const request = async (client: ApiClient) => client.send(call, input, token, signal);
    // Whoever limits a request does not want more to be waited for.
    return signal === undefined ? this.#persist(request) : this.#ask(request);
  };

  async #persist<T>(request: (client: ApiClient) => Promise<T>): Promise<T> {
    const hadAnswered = this.#hasAnswered;
    try {
      return await this.#ask(request);
    } catch (error) {
      if (hadAnswered || !isRefused(error)) throw error;
      await (this.#waiting ??= this.#wait());
      return this.#ask(request);
    }
  }

  async #wait(): Promise<void> {
    try {
      await this.#server.started();
      await this.#refresh();
    } catch (error) {
      // What was wrong with a file may be mended by the next time.
      this.#waiting = undefined;
      throw error;
    }
  }

  async #ask<T>(request: (client: ApiClient) => Promise<T>): Promise<T> {
    const client = this.#client;
    try {
      const answer = await request(client);
      this.#hasAnswered = true;
      return answer;
    } catch (error) {
      this.#hasAnswered ||= !isRefused(error);
      if (!isFromStranger(error)) throw error;
      await this.#refresh();
      // Nothing was done yet.
      if (this.#client === client) throw error;
      return request(this.#client);
    }
  }

  async #refresh(): Promise<void> {
    const found = await this.#server.read();
    const { token, certificate } = this.#credentials;
    if (found.token === token && found.certificate === certificate) return;
    this.#credentials = found;
    this.#client = this.#server.connect(found);
  }
}

function isRefused(error: unknown): boolean {
  return ApiError.is(error) && error.failure?.reason === 'connection_refused';
}

function isFromStranger(error: unknown): boolean {
  return ApiError.is(error) && (strangers.includes(error.code) || strangers.includes(error.failure?.reason));
}
