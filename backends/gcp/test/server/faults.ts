import type { Fault } from '@kici-dev/secret-backend-conformance';

/** Which fault the next requests meet. */
export interface FaultScript {
  set(kind: Fault, times?: number): void;
  clear(): void;
  take(): Fault | undefined;
}

export function createFaultScript(): FaultScript {
  let script: { readonly kind: Fault; left: number } | undefined;
  return {
    set(kind, times = Infinity) {
      script = { kind, left: times };
    },
    clear() {
      script = undefined;
    },
    take() {
      if (script === undefined || script.left === 0) return undefined;
      script.left -= 1;
      return script.kind;
    },
  };
}
