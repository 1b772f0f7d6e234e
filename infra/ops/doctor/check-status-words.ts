import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../shared/azumuta/value-forms.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { ledgerOf, type Target } from '../cli/target.ts';
import { type CheckOutcome, fine, notice } from './finding.ts';

/** Words in the status of product orders that the contract does not know: one of them may mean that they are completed. */
export async function lookAtStatusWords(
  target: Target,
  integration: Pick<CompleteIntegration, 'azumuta'> | undefined,
): Promise<CheckOutcome[]> {
  const { completedStatuses, openStatuses } = integration?.azumuta.contract ?? defaultContract;
  const isKnown = isOneOf([...completedStatuses, ...openStatuses]);
  const unknown = (await ledgerOf(target).statusWords.list()).filter(({ word }) => !isKnown(word));
  if (unknown.length === 0) return [fine('says nothing that the contract does not know')];
  return unknown.map(({ word, on }) =>
    notice(
      `an answer had the status *${word}*, which the contract does not know (last on ${on})`,
      'look at such an order in Azumuta: if it is completed, add the word to azumuta.contract.completedStatuses, else to openStatuses, and deploy',
    ),
  );
}
