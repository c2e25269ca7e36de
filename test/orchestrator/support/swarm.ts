import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createBalancer, type Balancer } from '../../support/balancer.ts';
import { makeCluster } from '../../support/postgres-cluster.ts';
import { createTap } from '../../support/tap.ts';
import { startMember, type Member } from './members.ts';
import { callsTo } from './server.ts';
import { createAgent, type AgentFigures } from './swarm-agent.ts';

export interface SwarmPlan {
  readonly seconds: number;
  readonly agents: number;
  /** Between two kills of an orchestrator. */
  readonly killEveryMs: number;
  readonly databaseKills: number;
  /** How long one orchestrator is cut off from the database. */
  readonly partitionMs: number;
}

export interface SwarmResult extends AgentFigures {
  readonly orchestratorKills: number;
  readonly databaseKills: number;
  readonly auditRows: number;
  readonly openIntents: number;
  /** In words; empty if everything held. */
  readonly problems: readonly string[];
}

const memberNames = ['one', 'two', 'three'];

/** Agents work through three orchestrators on one PostgreSQL, which are killed again and again, as is the database. */
export async function runSwarm(plan: SwarmPlan): Promise<SwarmResult> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-swarm-'));
  await using cluster = await makeCluster();
  await using tap = await createTap(cluster.url);
  await using balancer = await createBalancer();
  // The last one's way to the database is the one that is cut.
  const slots = memberNames.map((name) => ({ name, url: name === 'three' ? tap.url : cluster.url }));
  const members = new Map<string, Member>();
  let isOver = false;
  const kills = { orchestrators: 0, database: 0 };
  try {
    const [first, ...others] = slots;
    if (first === undefined) throw new TypeError('there are three');
    const home = (name: string): string => join(folder, name);
    const start = async ({ name, url }: (typeof slots)[number], owner?: string): Promise<Member> => {
      const member = await startMember(url, owner, { home: home(name), folder });
      members.set(name, member);
      balancer.place(name, member.url);
      return member;
    };
    const { owner } = await start(first);
    await Promise.all(others.map((slot) => start(slot, owner)));

    /** As a supervisor does. */
    const restart = async (slot: (typeof slots)[number]): Promise<void> => {
      while (!isOver || !members.has(slot.name))
        try {
          await start(slot, owner);
          return;
        } catch {
          await wait(200);
        }
    };
    const starting = new Map<string, Promise<void>>();
    const kill = async (slot: (typeof slots)[number]): Promise<void> => {
      const member = members.get(slot.name);
      if (member === undefined) return;
      members.delete(slot.name);
      balancer.place(slot.name, undefined);
      const ended = once(member.running.process, 'close');
      member.running.process.kill('SIGKILL');
      await ended;
      kills.orchestrators += 1;
      starting.set(slot.name, restart(slot));
    };
    const killOrchestrators = async (): Promise<void> => {
      for (let at = 0; !isOver; at += 1) {
        await wait(plan.killEveryMs);
        const slot = slots[at % slots.length];
        if (!isOver && slot !== undefined) await kill(slot);
      }
    };
    const killDatabase = async (): Promise<void> => {
      for (let at = 0; at < plan.databaseKills; at += 1) {
        await wait((plan.seconds * 1_000) / (plan.databaseKills + 1));
        await cluster.kill();
        kills.database += 1;
        await cluster.start();
      }
    };
    const partition = async (): Promise<void> => {
      await wait(plan.seconds * 250);
      tap.freeze();
      await wait(plan.partitionMs);
      tap.resume();
    };

    const agents = await Promise.all(
      Array.from({ length: plan.agents }, (_, at) => createAgent(callsTo(balancer.url), owner, at)),
    );
    const working = Promise.all(agents.map((agent) => agent.work(() => isOver)));
    const breaking = [killOrchestrators(), killDatabase(), partition()];
    await wait(plan.seconds * 1_000);
    isOver = true;
    await working;
    await Promise.all(breaking);
    await Promise.all(starting.values());
    for (const agent of agents) await agent.examine();
    const audits = await Promise.all(
      [...members.values()].map(async ({ call }) => {
        const { intact, rows, openIntents, problems } = await call('audit.verify');
        return { intact, rows, openIntents: openIntents.length, problems };
      }),
    );
    const figures = agents.map((agent) => agent.figures);
    const sum = (count: (one: AgentFigures) => number): number => figures.reduce((all, one) => all + count(one), 0);
    return {
      orchestratorKills: kills.orchestrators,
      databaseKills: kills.database,
      jobs: sum((one) => one.jobs),
      reads: sum((one) => one.reads),
      writes: sum((one) => one.writes),
      bindings: sum((one) => one.bindings),
      retries: addUp(figures.map((one) => one.retries)),
      auditRows: Math.max(...audits.map(({ rows }) => rows)),
      openIntents: Math.max(...audits.map(({ openIntents }) => openIntents)),
      problems: [
        ...agents.flatMap((agent) => agent.problems),
        ...audits.flatMap(({ problems }) =>
          problems.map(({ sequence, problem }) => `audit row ${sequence}: ${problem}`),
        ),
        ...(audits.length === slots.length ? [] : ['an orchestrator did not come back']),
      ],
    };
  } finally {
    isOver = true;
    for (const member of members.values()) member.running.process.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}

function addUp(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const all: Record<string, number> = {};
  for (const one of counts) for (const [name, count] of Object.entries(one)) all[name] = (all[name] ?? 0) + count;
  return all;
}
