import { Rejected } from '../../model/errors.ts';

/** Runs one function of the configuration: what it throws is a mistake there, not a bug here. */
export function run<T>(field: string, map: () => T, about: { readonly number: string }): T {
  try {
    return map();
  } catch (error) {
    throw new Rejected(
      `Mapping ${field} failed for ${about.number}: ${error instanceof Error ? error.message : String(error)}`,
      { code: 'configuration', cause: error },
    );
  }
}
