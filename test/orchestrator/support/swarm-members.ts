import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Balancer } from '../../support/balancer.ts';
import { startMember, type Member } from './members.ts';

/** Orchestrators behind a balancer, each with a folder of its own, that a supervisor starts again. */
export interface Members {
  readonly owner: string;
  readonly kills: () => number;
  /** With SIGKILL, one after another in turn; one that is still starting is left alone. */
  killNext(): Promise<void>;
  /** Those that serve, once all that were killed do so again. */
  settled(): Promise<readonly Member[]>;
  end(): void;
}

/** @param databases the URL of the database for each */
export async function startMembers(databases: readonly string[], balancer: Balancer, folder: string): Promise<Members> {
  const running = new Map<string, Member>();
  const starting = new Map<string, Promise<void>>();
  let isOver = false;
  let turns = 0;
  let kills = 0;

  async function start(url: string, at: number, owner?: string): Promise<Member> {
    const member = await startMember(url, owner, { home: join(folder, `member-${at}`), folder });
    running.set(url, member);
    balancer.place(url, member.url);
    return member;
  }

  /** The database may be away, and a start ends then. */
  async function startAgain(url: string, at: number, owner: string): Promise<void> {
    for (;;)
      try {
        await start(url, at, owner);
        return;
      } catch (error) {
        if (isOver) throw error;
        await wait(200);
      }
  }

  const [first = '', ...others] = databases;
  const { owner } = await start(first, 0);
  await Promise.all(others.map((url, at) => start(url, at + 1, owner)));
  return {
    owner,
    kills: () => kills,
    async killNext() {
      const at = turns % databases.length;
      const url = databases[at] ?? '';
      turns += 1;
      const member = running.get(url);
      if (member === undefined) return;
      running.delete(url);
      balancer.place(url, undefined);
      const ended = once(member.running.process, 'close');
      member.running.process.kill('SIGKILL');
      await ended;
      kills += 1;
      starting.set(url, startAgain(url, at, owner));
    },
    async settled() {
      await Promise.all(starting.values());
      return [...running.values()];
    },
    end() {
      isOver = true;
      for (const member of running.values()) member.running.process.kill('SIGKILL');
    },
  };
}
