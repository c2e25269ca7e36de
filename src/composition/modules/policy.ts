import { ContainerModule } from 'inversify';
import { createPolicyGate } from '../../orchestrator/policy/gate.ts';
import { createPolicy } from '../../orchestrator/policy/policy.ts';
import { createPolicyStore } from '../../orchestrator/policy/store.ts';
import { identifiers } from '../identifiers.ts';

/** What the dashboard may write. */
export const policyModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.policy).toResolvedValue(createPolicyStore, [identifiers.database, identifiers.seals]);
  bind(identifiers.gate).toResolvedValue(createPolicyGate, [identifiers.policy, identifiers.auditLog]);
  bind(identifiers.areaHandlers).toResolvedValue(
    (policy, audit, values, now) => createPolicy(policy, audit, (organization) => values.sealingKey(organization), now),
    [identifiers.policy, identifiers.auditLog, identifiers.values, identifiers.now],
  );
});
