import { ConfigurationError } from '../../shared/integration/define.ts';

/** Disposable stages, alone or followed by a capital or a digit: `dev`, `dev2`, `testAnna`. */
const disposableStageWords = ['dev', 'test', 'sandbox', 'local', 'demo', 'tmp'] as const;
const disposableStagePattern = new RegExp(`^(${disposableStageWords.join('|')})([A-Z0-9]|$)`);

/** Every other stage is production, however it is spelled: a typing mistake must not cost a ledger. */
export function isProduction(stage: string): boolean {
  return !disposableStagePattern.test(stage);
}

/** No dash, so that `a-b` and `c` make another stack than `a` and `b-c`. @throws ConfigurationError */
export function checkStage(stage: string): void {
  if (/^[A-Za-z][A-Za-z0-9]{0,19}$/.test(stage)) return;
  throw new ConfigurationError(
    `The stage (-c stage=…) is no name: found ${JSON.stringify(stage)}, expected letters and digits without a dash or space, beginning with a letter, at most 20, such as production or dev.`,
  );
}

/** @throws ConfigurationError for a stage that is not a word. */
export function stackNameOf(plant: string, stage: string): string {
  checkStage(stage);
  return `AzumutaErp-${plant}-${stage}`;
}

/** What happens to the stack when somebody destroys it; printed at every synthesis, so beforehand. */
export function fateOf(stackName: string, stage: string): string {
  if (!isProduction(stage))
    return `${stackName} is disposable, by the name of its stage: destroying it deletes its ledger, secrets and logs, and what waits in its queues.`;
  return `${stackName} is protected, as ${stage} is not a disposable stage (${disposableStageWords.join(', ')}): CloudFormation refuses to delete it. If it were deleted nevertheless, its ledger, secrets and logs would stay; what waits in its queues, its address and its alarms would go.`;
}
