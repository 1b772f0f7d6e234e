import { randomUUID } from 'node:crypto';
import type { BookingMessage } from '../../../shared/completions/messages.ts';
import type { CompletionStage } from './stage.ts';

/** Completes a product order with so many new recordings. @returns the ids of all its recordings. */
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

/** The recordings of all bookings that were sent, in order. */
export function told(stage: CompletionStage): string[] {
  return stage.sent().flatMap(toldIn);
}

/** The recordings of a booking; of an amendment only the new ones, as it holds the earlier ones as well. */
export function toldIn({ content, newRecordingIds }: BookingMessage): string[] {
  const completed = 'completed' in content ? content.completed : [];
  const ids = completed.flatMap(({ recordings }) => recordings.map(({ id }) => id));
  return newRecordingIds ? ids.filter((id) => newRecordingIds.includes(id)) : ids;
}

/** The failure of an attempt; undefined when it succeeded. */
export function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
