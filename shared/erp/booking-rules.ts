import type { Completion } from '../model/completions.ts';
import { Rejected, RetryLater } from '../model/errors.ts';
import type { HttpResponse } from '../platform/http.ts';

/**
 * Stops before the next call once the function's deadline has aborted the booking: nothing more is written,
 * and the next attempt goes on.
 * @throws RetryLater scope `order`: nothing is wrong with the ERP.
 */
export function stopIfAborted(signal: AbortSignal | undefined, partner: string, what: string): void {
  if (signal?.aborted) {
    throw new RetryLater(`${partner}: stopped before ${what}, because the time of this attempt is up.`, {
      scope: 'order',
      outOfTime: true,
    });
  }
}

/**
 * Whether something other than the ERP's API has answered: a proxy, a load balancer or a maintenance page, which
 * says nothing of the order. An empty body is not taken for one, as many an API gives a 404 none.
 */
export function isForeignAnswer({ json, text }: HttpResponse): boolean {
  return json === undefined && text.trim() !== '';
}

/** @throws Rejected when the completion is for another product than the ERP order. */
export function requireArticle(completion: Completion, article: string, partner: string): void {
  if (completion.article === undefined || completion.article === article) return;
  throw new Rejected(
    `${partner}: order ${completion.erpOrder.number} is for product ${article}, but what was completed is ` +
      `${completion.article}. Check the article of product order ${completion.productOrder.number}.`,
    { code: 'conflict' },
  );
}

/**
 * Runs a booking in which `wrote()` tells whether a write was answered, so that the attempt after a failure that
 * comes later knows that it must look.
 */
export async function keepingTrackOfWrites<T>(wrote: () => boolean, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof RetryLater && wrote() ? error.afterWriting() : error;
  }
}
