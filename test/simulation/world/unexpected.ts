import * as z from 'zod/mini';
import { isVerdict } from '../../../shared/model/errors.ts';
import { isAwsFailure } from '../../../shared/worker/process-record.ts';

/**
 * The texts of AWS failures that the simulation itself makes (`failureOf` in clients.ts), and the log lines about them.
 */
const ofAws =
  /Too many requests\.|socket hang up|^SQS did not take \d+ of \d+ |^The secret \S+ cannot be read\.$/;

/** Whether an invocation may fail with this error: a partner or AWS failed, not our own code. */
export function isExpected(thrown: unknown): boolean {
  return isVerdict(thrown) || isAwsFailure(thrown) || (thrown instanceof Error && ofAws.test(thrown.message));
}

const entrySchema = z.object({ message: z.string(), reason: z.string() });
/** Log messages about errors that a person or a partner has to resolve. Their effect on orders is checked elsewhere. */
const ofOthers: readonly string[] = ['Dead letter', 'A partner refuses our credentials'];

/** The error in a log line that our own code did not expect; undefined for all other lines. */
export function bugIn(line: string): string | undefined {
  const isInternal = line.includes('Internal error');
  // Most lines are about no error, and need no parsing.
  if (!isInternal && !line.startsWith('{"level":"ERROR"')) return undefined;
  const { data } = z.safeParse(entrySchema, JSON.parse(line));
  if (!data || ofAws.test(data.reason) || (!isInternal && ofOthers.includes(data.message))) return undefined;
  return `${data.message}: ${data.reason}`;
}
