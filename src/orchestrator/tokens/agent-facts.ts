import type * as z from 'zod';
import type { agentFacts } from '../../api/operations/tokens.ts';

/** What an agent's token says about its agent: id, host, labels. */
export type AgentFacts = z.output<typeof agentFacts>;
