import { businessCentralOfChaos } from './business-central.ts';
import type { ChaosPlant } from './erp.ts';
import { sandboxOfChaos } from './sandbox.ts';

export const chaosPlants = {
  sandbox: sandboxOfChaos,
  'business-central': businessCentralOfChaos,
} as const satisfies Readonly<Record<string, ChaosPlant>>;
export type ChaosErpName = keyof typeof chaosPlants;
