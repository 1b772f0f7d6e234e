import { UsageError } from '../cli/errors.ts';
import { createProgress } from '../cli/output.ts';
import { findTarget, ledgerOf, type Target, type Where, whereOf } from '../cli/target.ts';
import { type Trace, traceOrder } from './trace.ts';

/** What the ledger of a stack knows of the order that a command line names, with progress while it is read. */
export async function traceAsked(
  asked: string | undefined,
  options: Where,
): Promise<{ readonly target: Target; readonly where: string; readonly trace: Trace }> {
  if (asked === undefined)
    throw new UsageError('Say which order: its number, its number or id in the ERP, or an id of Azumuta.');
  const { during } = createProgress();
  const target = await during('Looking for the stack', findTarget(options));
  const where = whereOf(target);
  const trace = await during('Reading the ledger', traceOrder(asked, ledgerOf(target), where));
  return { target, where, trace };
}
