import { dayMs } from '../../model/time.ts';
import { comparisonKey } from '../keys.ts';
import { Records } from './records.ts';

/** Its word in the index of what is awaited. */
export const awaitedComparison = 'comparison';
/** Between two looks. */
export const lookedAgainMs = dayMs;

/** What shadow has decided about an order is compared a day later with what people did: that it is, is noted here. */
export class ExpectedComparisons extends Records {
  /** It is compared in a day, however often it was before. */
  async expect(home: string): Promise<void> {
    const now = this.clock.now().getTime();
    const set = { awaiting: awaitedComparison, dueAt: now + lookedAgainMs, expectedAt: now };
    await this.table.update(comparisonKey(home), { set });
  }
}
