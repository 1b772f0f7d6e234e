import type { ErpDefinition } from '../../../../shared/erp/connector.ts';
import { type Clock, systemClock } from '../../../../shared/platform/clock.ts';
import type { MayWrite } from '../../../../shared/platform/http.ts';

export { sandboxErp } from '../../../../integration.config.ts';

/** A connector as a worker would connect it. */
export function connected(
  definition: ErpDefinition,
  secret: unknown | (() => unknown),
  clock: Clock = systemClock,
  mayWrite: MayWrite = () => true,
) {
  return definition.connect({
    clock,
    mayWrite,
    credentials: async () => (typeof secret === 'function' ? secret() : secret),
  });
}
