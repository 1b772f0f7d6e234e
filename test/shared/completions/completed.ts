import { randomUUID } from 'node:crypto';
import type { BookingMessage } from '../../../shared/completions/messages.ts';
import type { CompletionStage } from './stage.ts';

/** Completes a product order with so many new recordings. @returns ids of all that it has. */
export async function complete(
  { azumutaSide }: CompletionStage,
  number: string,
  recordings: number,
): Promise<string[]> {
  const order = await azumutaSide.complete(number, { quantity: 1, recordings });
  return order.recordings.map(({ id }) => id);
}

/** A product order that is completed, with the ids of its recordings. */
export async function completed(
  stage: CompletionStage,
  recordings: number,
): Promise<{ number: string; recordingIds: string[] }> {
  const { numbers } = await stage.ordered();
  const [number = ''] = numbers;
  return { number, recordingIds: await complete(stage, number, recordings) };
}

/** A product order that somebody typed into Azumuta: it never came from the ERP. @returns its number. */
export async function madeByHand({ azumuta }: CompletionStage): Promise<string> {
  const { signal } = new AbortController();
  const article = await azumuta.findArticle('GEAR-01', signal);
  if (!article) throw new Error('The sandbox has no GEAR-01.');
  const number = `HAND-${randomUUID()}`;
  const draft = { number, article: 'GEAR-01', parameters: { Quantity: '1' }, variants: [] };
  await azumuta.createProductOrder(draft, article, signal);
  return number;
}

/** Recordings that the sent bookings tell of, in turn. */
export function told(stage: CompletionStage): string[] {
  return stage.sent().flatMap(toldIn);
}

/** Recordings that a booking newRecordingIds of; an amendment holds the earlier ones as well. */
export function toldIn({ content, newRecordingIds }: BookingMessage): string[] {
  const completed = 'completed' in content ? content.completed : [];
  const ids = completed.flatMap(({ recordings }) => recordings.map(({ id }) => id));
  return newRecordingIds ? ids.filter((id) => newRecordingIds.includes(id)) : ids;
}

/** What an attempt failed with; undefined when it did not. */
export function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
