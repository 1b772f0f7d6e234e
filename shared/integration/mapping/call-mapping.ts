import { callConfigured } from '../../model/errors.ts';

/** Runs one function of the mapping: what it throws is a mistake there, not a bug here. */
export function run<T>(field: string, map: () => T, about: { readonly number: string }): T {
  return callConfigured(`Mapping ${field} failed for ${about.number}`, map);
}
