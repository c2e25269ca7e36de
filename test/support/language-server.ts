import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const modules = join(import.meta.dirname, '../../node_modules');

interface Position {
  readonly line: number;
  readonly character: number;
}

/** Acts as an editor for tsserver of TypeScript 5, by its own protocol, or the language server of TypeScript 7. */
export class LanguageServer {
  readonly #child: ChildProcess;
  readonly #isOld: boolean;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #next = 0;
  #heard = Buffer.alloc(0);

  private constructor(child: ChildProcess, isOld: boolean) {
    this.#child = child;
    this.#isOld = isOld;
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#heard = Buffer.concat([this.#heard, chunk]);
      this.#read();
    });
  }

  static async start(compiler: string, folder: string): Promise<LanguageServer> {
    const isOld = compiler !== 'typescript';
    const args = isOld
      ? [join(modules, compiler, 'lib/tsserver.js'), '--disableAutomaticTypingAcquisition']
      : [join(modules, compiler, 'bin/tsc'), '--lsp', '-stdio'];
    const server = new LanguageServer(
      spawn(process.execPath, args, { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] }),
      isOld,
    );
    if (!isOld) {
      const rootUri = pathToFileURL(folder).href;
      await server.#ask('initialize', { processId: null, rootUri, capabilities: {} });
      server.#send({ jsonrpc: '2.0', method: 'initialized', params: {} });
    }
    return server;
  }

  /** The names suggested within each occurrence of an empty literal. */
  async completions(file: string, text: string, literal: string): Promise<readonly (readonly string[])[]> {
    const places = text.split('\n').flatMap((line, index): Position[] => {
      const at = line.indexOf(literal);
      return at < 0 ? [] : [{ line: index, character: at + 1 }];
    });
    const uri = pathToFileURL(file).href;
    if (this.#isOld) this.#send({ seq: -1, type: 'request', command: 'open', arguments: { file } });
    else
      this.#send({
        jsonrpc: '2.0',
        method: 'textDocument/didOpen',
        params: { textDocument: { uri, languageId: 'typescript', version: 1, text } },
      });
    const found: (readonly string[])[] = [];
    for (const { line, character } of places)
      found.push(
        namesIn(
          this.#isOld
            ? // oxlint-disable-next-line no-await-in-loop -- one question after another, as an editor has them
              await this.#ask('completionInfo', { file, line: line + 1, offset: character + 1 })
            : // oxlint-disable-next-line no-await-in-loop -- as above
              await this.#ask('textDocument/completion', { textDocument: { uri }, position: { line, character } }),
        ),
      );
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #ask(method: string, params: object): Promise<unknown> {
    this.#next += 1;
    const id = this.#next;
    const answer = new Promise<unknown>((resolve) => {
      this.#waiting.set(id, resolve);
    });
    this.#send(
      this.#isOld
        ? { seq: id, type: 'request', command: method, arguments: params }
        : { jsonrpc: '2.0', id, method, params },
    );
    return answer;
  }

  #send(message: object): void {
    const body = JSON.stringify(message);
    this.#child.stdin?.write(this.#isOld ? `${body}\n` : `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #read(): void {
    for (;;) {
      const header = /^Content-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n/.exec(this.#heard.toString('latin1'));
      const [head = '', length = '0'] = header ?? [];
      const end = head.length + Number(length);
      if (header === null || this.#heard.byteLength < end) return;
      const message: { id?: number; method?: string; request_seq?: number; body?: unknown; result?: unknown } =
        JSON.parse(this.#heard.subarray(head.length, end).toString());
      this.#heard = this.#heard.subarray(end);
      // The server may ask too, and waits for the reply.
      if (message.method !== undefined && message.id !== undefined)
        this.#send({ jsonrpc: '2.0', id: message.id, result: null });
      else this.#waiting.get(message.request_seq ?? message.id ?? 0)?.(message.body ?? message.result);
    }
  }
}

function namesIn(answer: unknown): readonly string[] {
  const list: unknown = typeof answer === 'object' && answer !== null && 'entries' in answer ? answer.entries : answer;
  const items: unknown = typeof list === 'object' && list !== null && 'items' in list ? list.items : list;
  if (!Array.isArray(items)) return [];
  return items.map((item: { name?: string; label?: string }) => item.name ?? item.label ?? '');
}
