import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { SecretFileError } from '@kici-dev/sdk';
import { systemCode } from '../agent-error.ts';
import { removeFolder } from './temporary-folder.ts';
import { temporaryName } from './temporary-name.ts';

export interface FileRequest {
  readonly contents: Uint8Array;
  readonly mode: number;
  readonly name: string | undefined;
}

/** Records a folder before it exists. Absent in a sandbox whose end removes everything. */
export interface FolderRecord {
  record(path: string): Promise<void>;
  forget(path: string): void;
}

/** The files of one step. The folder is made with the first of them. */
export class StepFolder {
  readonly #path: string;
  readonly #record: FolderRecord | undefined;
  #made: Promise<void> | undefined;
  #unnamed = 0;

  /** @param base such as the operating system's folder for temporary files */
  constructor(base: string, record?: FolderRecord) {
    this.#path = join(base, temporaryName('step'));
    this.#record = record;
  }

  /** @returns the file's absolute path @throws SecretFileError */
  async write(request: FileRequest): Promise<string> {
    try {
      await (this.#made ??= this.#make());
      return request.name === undefined ? await this.#writeUnnamed(request) : await this.#create(request.name, request);
    } catch (error) {
      if (SecretFileError.is(error)) throw error;
      throw new SecretFileError(
        'cannot_write',
        `a secret cannot be written to a file (${systemCode(error) ?? 'unknown'}); check the free space and the permissions of the folder for temporary files`,
      );
    }
  }

  async remove(): Promise<void> {
    if (this.#made === undefined) return;
    await this.#made.catch(() => undefined);
    await removeFolder(this.#path);
    this.#record?.forget(this.#path);
  }

  async #make(): Promise<void> {
    await this.#record?.record(this.#path);
    await mkdir(this.#path, { mode: 0o700 });
  }

  async #writeUnnamed(request: FileRequest): Promise<string> {
    for (;;) {
      this.#unnamed += 1;
      const name = this.#unnamed === 1 ? 'secret' : `secret-${this.#unnamed}`;
      try {
        return await this.#create(name, request);
      } catch (error) {
        if (!(SecretFileError.is(error) && error.code === 'duplicate_file_name')) throw error;
      }
    }
  }

  async #create(name: string, { contents, mode }: FileRequest): Promise<string> {
    const path = join(this.#path, name);
    let handle;
    try {
      handle = await open(path, 'wx', mode);
    } catch (error) {
      if (systemCode(error) === 'EEXIST')
        throw new SecretFileError(
          'duplicate_file_name',
          `the step already has a secret file called ${JSON.stringify(name)}; give each its own name, or none`,
        );
      throw error;
    }
    await using file = handle;
    // The process's umask may have removed mode bits.
    await file.chmod(mode);
    await file.writeFile(contents);
    return path;
  }
}
