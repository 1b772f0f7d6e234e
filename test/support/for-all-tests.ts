import { afterAll } from 'vitest';

/** Starts what all tests of a file share, and stops it after the last one: call it at the top of the file. */
export async function forAllTests<T extends { readonly stop: () => unknown }>(
  starting: Promise<T>,
): Promise<T> {
  const started = await starting;
  afterAll(() => started.stop());
  return started;
}
