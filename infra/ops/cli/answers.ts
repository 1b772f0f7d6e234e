import { type CANCEL_SYMBOL, isCancel } from '@clack/prompts';
import type * as z from 'zod/mini';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';
import { UsageError } from './errors.ts';
import { jsonIn } from './files.ts';

/** The answers in a file, else those of a person at the terminal. @throws UsageError */
export async function answersFrom(file: string | undefined, ask: () => Promise<unknown>): Promise<unknown> {
  if (file !== undefined) return jsonIn(file);
  if (process.stdin.isTTY) return ask();
  throw new UsageError('There is no terminal to ask at: name a file of answers with --answers.');
}

/** @throws UsageError that names each answer that does not fit. */
export function fittingAnswers<T>(schema: z.ZodMiniType<T>, answers: unknown): T {
  const parsed = parse(schema, answers);
  if (parsed.ok) return parsed.value;
  throw new UsageError(`The answers do not fit: ${describeMismatches(parsed.mismatches)}.`);
}

/** An answer of a person. @throws UsageError when they leave. */
export function answered<T>(value: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(value)) throw new UsageError('Nothing was written.');
  return value;
}
