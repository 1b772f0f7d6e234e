import { existsSync } from 'node:fs';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { loadIntegration } from '../../build/load-configuration.ts';
import { defaultConfigFile } from './command.ts';
import { UsageError } from './errors.ts';
import type { Target } from './target.ts';

/**
 * The configuration of the stack's plant at its stage, from its file on this machine. What it reads from `process.env` is
 * that of this machine; beside a local platform its sandboxes' addresses, as at its synthesis.
 * @param given Where no other was named, the plant's own file in `plants/` is meant if it is there.
 * @throws ConfigurationError when it does not load; UsageError when it is another plant's.
 */
export async function configurationOf(
  target: Pick<Target, 'stackName' | 'sandboxes' | 'output'>,
  given: string,
): Promise<CompleteIntegration> {
  if (target.sandboxes) {
    process.env.AZUMUTA_BASE_URL = `${target.sandboxes.azumuta}/api/v1`;
    process.env.ERP_BASE_URL = target.sandboxes.erp;
  }
  // The stack says whose it is; nobody has to take its name apart.
  const plant = target.output('Plant');
  const own = `plants/${plant}.config.ts`;
  const file = given === defaultConfigFile && existsSync(own) ? own : given;
  const { integration } = await loadIntegration(file, target.output('Stage'));
  if (integration.plant !== plant) {
    throw new UsageError(
      `${file} is the configuration of plant ${integration.plant}, but ${target.stackName} is the stack of plant ${plant}: name that plant's file with --config.`,
    );
  }
  return integration;
}
