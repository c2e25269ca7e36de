import { setTimeout as wait } from 'node:timers/promises';
import { ApiError } from '../../../src/api/api-error.ts';
import { open, type OpenJob } from './jobs.ts';
import { base64, type TestServer } from './server.ts';

export interface AgentFigures {
  readonly jobs: number;
  readonly reads: number;
  readonly writes: number;
  readonly bindings: number;
  /** Requests that were sent again, by the code of the first answer. */
  readonly retries: Readonly<Record<string, number>>;
}

/** An agent and the person who keeps its secrets, in one: it knows what every read has to say. */
export interface Agent {
  work(isOver: () => boolean): Promise<void>;
  /** What was acknowledged is there. */
  examine(): Promise<void>;
  readonly figures: AgentFigures;
  readonly problems: readonly string[];
}

/** A secret that an outage has taken away. */
const unavailable = 'unavailable';
/** What passes, all of it with the status 503 or without an answer: the request is sent again, to whoever is there. */
const passing: readonly string[] = [
  'unreachable',
  'database_unavailable',
  'backend_unavailable',
  'audit_unavailable',
  unavailable,
];
/** The change was made, and whoever sends it again makes it again. */
const made = 'audit_incomplete';
const deadlineMs = 60_000;
const longestPauseMs = 100;

export async function createAgent(as: TestServer['as'], owner: string, number: number): Promise<Agent> {
  const call = as(owner);
  const name = `agent-${number}`;
  const retries: Record<string, number> = {};
  const figures = { jobs: 0, reads: 0, writes: 0, bindings: 0, retries };
  const problems = new Array<string>();
  const bindings = new Array<string>();
  let acknowledged = 0;

  /** @returns undefined where no retry within the deadline could help, which is told */
  async function persist<T>(what: string, request: () => Promise<T>): Promise<T | undefined> {
    const end = Date.now() + deadlineMs;
    for (;;) {
      try {
        return await request();
      } catch (error) {
        const code = ApiError.is(error) ? error.code : error instanceof Unavailable ? unavailable : String(error);
        if (code !== made && (!passing.includes(code) || Date.now() > end)) {
          problems.push(`${name}: ${what}: ${code}: ${error instanceof Error ? error.message : ''}`);
          return undefined;
        }
        retries[code] = (retries[code] ?? 0) + 1;
        await wait(20 + Math.random() * longestPauseMs);
      }
    }
  }

  const write = async (version: number): Promise<void> => {
    const done = await persist('write', () => call('secrets.set', { scope: name, key: 'K', value: valueOf(version) }));
    if (done === undefined) return;
    acknowledged = version;
    figures.writes += 1;
  };
  const valueOf = (version: number): string => base64(`${name} ${version}`);

  async function read(job: OpenJob): Promise<void> {
    const before = acknowledged;
    const secret = await persist('read', async () => {
      const found = await job.value('K');
      if (found === unavailable) throw new Unavailable();
      return found;
    });
    if (secret === undefined) return;
    figures.reads += 1;
    if (secret !== `${name} ${before}`) problems.push(`${name} was to read ${before}, and read ${secret}`);
  }

  async function bind(): Promise<void> {
    const added = await persist('bind', () =>
      call('bindings.add', { environment: name, scope: `${name}/${figures.bindings}`, prefix: 'P_' }),
    );
    if (added === undefined) return;
    bindings.push(added.id);
    figures.bindings += 1;
  }

  await call('environments.create', { name, bind: [name] });
  await write(1);
  return {
    async work(isOver) {
      while (!isOver()) {
        const job = await persist('open', () => open({ as, call }, name));
        if (job === undefined) continue;
        figures.jobs += 1;
        for (let round = 0; round < 4 && !isOver(); round += 1) {
          await read(job);
          await write(acknowledged + 1);
          await read(job);
          await wait(Math.random() * longestPauseMs);
        }
        await bind();
        await persist('close', () => job.close().catch(endedAlready));
      }
    },
    async examine() {
      const job = await persist('open', () => open({ as, call }, name));
      if (job !== undefined) await read(job);
      const shown = await persist('show', () => call('environments.show', { environment: name }));
      const there = new Set(shown?.bindings.map(({ id }) => id));
      for (const id of bindings) if (!there.has(id)) problems.push(`${name}: the binding ${id} is gone`);
    },
    figures,
    problems,
  };
}

class Unavailable extends Error {}

/** The answer to the first attempt was lost. */
function endedAlready(error: unknown): void {
  if (!ApiError.is(error) || error.code !== 'session_ended') throw error;
}
