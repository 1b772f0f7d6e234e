import type { ReleasedOrdersPage } from '../connector.ts';

// Whatever leaves the connector passes here: a function of a configuration, or the ERP, may repeat what it was sent.

type Clean = (text: string) => string;

/** What it answers. An error that it throws, and each of its causes, is without our secrets. */
export async function withoutSecretsInErrors<T>(clean: Clean, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    cleanError(error, clean);
    throw error;
  }
}

/** The same of a listing, and of the reasons why its rows cannot be read. */
export async function* withoutSecretsInPages(
  clean: Clean,
  pages: AsyncIterable<ReleasedOrdersPage>,
): AsyncGenerator<ReleasedOrdersPage> {
  try {
    for await (const page of pages) {
      const unreadable = page.unreadable.map((row) => ({ ...row, reason: clean(row.reason) }));
      yield { ...page, unreadable };
    }
  } catch (error) {
    cleanError(error, clean);
    throw error;
  }
}

function cleanError(error: unknown, clean: Clean): void {
  if (!(error instanceof Error)) return;
  // The stack begins with the message as it was. Errors of the platform have no message that could be set.
  for (const field of ['message', 'stack'] as const) {
    const text = error[field] ?? '';
    const value = clean(text);
    if (value !== text) Object.defineProperty(error, field, { value, configurable: true, writable: true });
  }
  if (error.cause !== error) cleanError(error.cause, clean);
}
