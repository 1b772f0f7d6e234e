import { existsSync } from 'node:fs';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { loadIntegration } from '../../build/load-configuration.ts';
import { defaultConfigFile, UsageError } from './command.ts';
import type { Target } from './target.ts';

/**
 * Loads the configuration of the stack's plant at its stage, from its file on this machine. Its `process.env` is that of
 * this machine, with the addresses of the sandboxes for a local platform, as when that was synthesized.
 * @param given See `configurationFile`.
 * @throws ConfigurationError when it does not load; UsageError when it is another plant's.
 */
export async function configurationOf(
  target: Pick<Target, 'stackName' | 'sandboxes' | 'local' | 'output'>,
  given: string,
): Promise<CompleteIntegration> {
  if (target.sandboxes) {
    process.env.AZUMUTA_BASE_URL = `${target.sandboxes.azumuta}/api/v1`;
    process.env.ERP_BASE_URL = target.sandboxes.erp;
  }
  const plant = target.output('Plant');
  const file = configurationFile(target, given);
  const { integration } = await loadIntegration(file, target.output('Stage'));
  if (integration.plant !== plant) {
    throw new UsageError(
      `${file} is the configuration of plant ${integration.plant}, but ${target.stackName} is the stack of plant ${plant}: name that plant's file with --config.`,
    );
  }
  return integration;
}

/** The file that was named; else, of a deployed stack, the plant's own in `plants/`, as the default is the demo's. */
export function configurationFile(
  { local, output }: Pick<Target, 'local' | 'output'>,
  given: string,
): string {
  if (local || given !== defaultConfigFile) return given;
  const own = `plants/${output('Plant')}.config.ts`;
  return existsSync(own) ? own : given;
}
