import type { AgentAnswer } from '../channel/from-agent.ts';
import type { SecretRequest } from '../channel/to-agent.ts';

type Unnumbered<T> = T extends { id: number } ? Omit<T, 'id'> : never;

/** Keeps messages well below the agent's limits. */
const maxRequests = 500;
const maxCharacters = 131_072;

/** Gathers the requests of one turn of the event loop, so that they travel as one message. */
export class Requests {
  readonly #send: (requests: readonly SecretRequest[]) => void;
  readonly #waiting = new Map<number, (answer: AgentAnswer) => void>();
  #queue: SecretRequest[] = [];
  #next = 0;

  constructor(send: (requests: readonly SecretRequest[]) => void) {
    this.#send = send;
  }

  async ask(request: Unnumbered<SecretRequest>): Promise<AgentAnswer> {
    const id = this.#next;
    this.#next += 1;
    if (this.#queue.length === 0)
      setImmediate(() => {
        this.#flush();
      });
    this.#queue.push({ ...request, id });
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
    });
  }

  settle(answers: readonly AgentAnswer[]): void {
    for (const answer of answers) {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    }
  }

  #flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    let group: SecretRequest[] = [];
    let characters = 0;
    for (const request of queue) {
      const length = JSON.stringify(request).length;
      if (group.length > 0 && (group.length === maxRequests || characters + length > maxCharacters)) {
        this.#send(group);
        group = [];
        characters = 0;
      }
      group.push(request);
      characters += length;
    }
    this.#send(group);
  }
}
