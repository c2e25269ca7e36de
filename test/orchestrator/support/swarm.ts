import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createBalancer } from '../../support/balancer.ts';
import { makeCluster, type Cluster } from '../../support/postgres-cluster.ts';
import { createTap, type Tap } from '../../support/tap.ts';
import type { Member } from './members.ts';
import { callsTo } from './server.ts';
import { createAgent, type Agent, type AgentFigures } from './swarm-agent.ts';
import { startMembers, type Members } from './swarm-members.ts';

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

/** Agents work through three orchestrators on one PostgreSQL, which are killed again and again, as is the database. */
export async function runSwarm(plan: SwarmPlan): Promise<SwarmResult> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-swarm-'));
  await using cluster = await makeCluster();
  await using tap = await createTap(cluster.url);
  await using balancer = await createBalancer();
  // The same database by three ways; one of them is cut.
  const ways = [cluster.url, `${cluster.url}?sslmode=disable`, tap.url];
  const members = await startMembers(ways, balancer, folder);
  try {
    const agents = await Promise.all(
      Array.from({ length: plan.agents }, (_, at) => createAgent(callsTo(balancer.url), members.owner, at)),
    );
    await workWhileBreaking(plan, agents, members, cluster, tap);
    const settled = await members.settled();
    for (const agent of agents) await agent.examine();
    return {
      orchestratorKills: members.kills(),
      databaseKills: plan.databaseKills,
      ...addUp(agents.map((agent) => agent.figures)),
      ...(await auditOf(
        settled,
        agents.flatMap((agent) => agent.problems),
      )),
    };
  } finally {
    members.end();
    await rm(folder, { recursive: true, force: true });
  }
}

async function workWhileBreaking(
  { seconds, killEveryMs, databaseKills, partitionMs }: SwarmPlan,
  agents: readonly Agent[],
  members: Members,
  cluster: Cluster,
  tap: Tap,
): Promise<void> {
  const end = Date.now() + seconds * 1_000;
  const isOver = (): boolean => Date.now() > end;
  const killOrchestrators = async (): Promise<void> => {
    while (!isOver()) {
      await wait(killEveryMs);
      await members.killNext();
    }
  };
  const killDatabase = async (): Promise<void> => {
    for (let kill = 0; kill < databaseKills; kill += 1) {
      await wait((seconds * 1_000) / (databaseKills + 1));
      await cluster.kill();
      await cluster.start();
    }
  };
  const partition = async (): Promise<void> => {
    await wait(seconds * 250);
    tap.freeze();
    await wait(partitionMs);
    tap.resume();
  };
  await Promise.all([...agents.map((agent) => agent.work(isOver)), killOrchestrators(), killDatabase(), partition()]);
}

async function auditOf(
  members: readonly Member[],
  problems: readonly string[],
): Promise<Pick<SwarmResult, 'auditRows' | 'openIntents' | 'problems'>> {
  const audits = await Promise.all(members.map(({ call }) => call('audit.verify')));
  const breaks = audits.flatMap((audit) => audit.problems.map((one) => `audit row ${one.sequence}: ${one.problem}`));
  return {
    auditRows: Math.max(...audits.map(({ rows }) => rows)),
    openIntents: Math.max(...audits.map(({ openIntents }) => openIntents.length)),
    problems: [...problems, ...breaks],
  };
}

function addUp(all: readonly AgentFigures[]): AgentFigures {
  const sum = (count: (one: AgentFigures) => number): number => all.reduce((total, one) => total + count(one), 0);
  const retries: Record<string, number> = {};
  for (const one of all)
    for (const [code, count] of Object.entries(one.retries)) retries[code] = (retries[code] ?? 0) + count;
  return {
    jobs: sum(({ jobs }) => jobs),
    reads: sum(({ reads }) => reads),
    writes: sum(({ writes }) => writes),
    bindings: sum(({ bindings }) => bindings),
    retries,
  };
}
