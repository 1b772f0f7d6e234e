import type * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import { describeMismatches, parse } from '../validation.ts';

/**
 * A queue message's body, parsed.
 * @throws Rejected naming the path of what does not fit.
 */
export function parseMessage<T>(schema: z.ZodMiniType<T>, body: string): T {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new Rejected('The message is not JSON.', { code: 'unreadable-message' });
  }
  const parsed = parse(schema, json);
  if (parsed.ok) return parsed.value;
  throw new Rejected(`The message does not fit: ${describeMismatches(parsed.mismatches)}.`, {
    code: 'unreadable-message',
  });
}
