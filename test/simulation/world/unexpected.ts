import * as z from 'zod/mini';
import { isAwsFailure, isVerdict } from '../../../shared/worker/process-record.ts';

/** How the failures of AWS read that the simulation itself makes (`failureOf` in clients.ts), and what reports them. */
const ofAws =
  /Too many requests\.|socket hang up|^SQS did not take \d+ of \d+ |^The secret \S+ cannot be read\.$/;

/** Whether an invocation may fail with it: a partner or AWS did, and not our own code. */
export function isExpected(thrown: unknown): boolean {
  return isVerdict(thrown) || isAwsFailure(thrown) || (thrown instanceof Error && ofAws.test(thrown.message));
}

const entrySchema = z.object({ message: z.string(), reason: z.string() });
/** Errors that are a person's, or a partner's, to mend: what becomes of their orders is judged. */
const ofOthers: readonly string[] = ['Dead letter', 'A partner refuses our credentials'];

/** What a line of a log tells of an error that our own code did not expect; undefined for all other lines. */
export function bugIn(line: string): string | undefined {
  const isInternal = line.includes('Internal error');
  // Few lines tell of an error: the others need no parsing.
  if (!isInternal && !line.startsWith('{"level":"ERROR"')) return undefined;
  const { data } = z.safeParse(entrySchema, JSON.parse(line));
  if (!data || ofAws.test(data.reason) || (!isInternal && ofOthers.includes(data.message))) return undefined;
  return `${data.message}: ${data.reason}`;
}
