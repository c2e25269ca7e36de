import type * as z from 'zod';
import type { agentFacts } from '../../api/operations/tokens.ts';

export type AgentFacts = z.output<typeof agentFacts>;
