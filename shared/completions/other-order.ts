import { Rejected } from '../model/errors.ts';
import { wordForAnyShell } from '../platform/shell-word.ts';
import { recordingsNamedBy } from './ask-azumuta.ts';
import type { HintDependencies, OrderReading } from './inquiry.ts';

/**
 * A trigger may name a recording of another product order, to which somebody gave the number of this one.
 * @param own Recordings of the product order that was read.
 * @returns the sentence for a person: one of ours is booked by a replay, as by hand it would be booked twice.
 */
export async function refusalOfOther(
  reading: OrderReading,
  own: readonly string[] | undefined,
  { reader, ledger }: Pick<HintDependencies, 'reader' | 'ledger'>,
): Promise<Rejected | undefined> {
  const { order, attempt } = reading;
  const other = await reader.findOtherOfNumber(recordingsNamedBy(reading), own ?? [], order, attempt);
  if (!other) return undefined;
  const { recording, id } = other;
  const { number } = order;
  const owner = await ledger.knownOrders.numberOfAzumutaId(id);
  if (owner !== undefined && owner !== reading.number) {
    const word = wordForAnyShell(owner);
    const replay = word
      ? `npm run replay -- --order ${word} --go --stack <stack>`
      : 'with its page in the console';
    const sentence = `Azumuta calls the product order of ${owner} ${number} by now, and recording ${recording} is of it: give it its own number there again. Have it booked, not by hand: ${replay}`;
    return new Rejected(sentence, { causeCode: 'completion-unclear' });
  }
  const sentence = `Azumuta has two product orders ${number}: recording ${recording} is of the one with id ${id}, and what is booked under this number is that with id ${order.id}. Give the other a different number there, and book by hand what was built in it.`;
  return new Rejected(sentence, { causeCode: 'completion-unclear' });
}
