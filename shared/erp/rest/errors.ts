import type { RetryLater, Wrote } from '../../model/errors.ts';
import { partnerDown } from '../failures.ts';
import type { RestAnswer } from './options.ts';

// What an answer means where the configuration does not say it: the table is in README.md.

/** Something between us and the ERP has answered in its place, which says nothing of the order. */
export function notTheErp(
  { status }: RestAnswer,
  partner: string,
  what: string,
  wrote: Wrote = 'nothing',
): RetryLater {
  const hint =
    status === 404 ? ': check the address; if it is how the ERP says so, let a look-up accept it' : '';
  return partnerDown(`${partner} answered ${what} with something that is no JSON (${status})${hint}.`, {
    wrote,
  });
}

export function isWebPage({ headers }: RestAnswer): boolean {
  return headers.get('content-type')?.includes('html') ?? false;
}

/**
 * What a call may have done that the ERP itself put off. A 4xx did nothing; a 2xx with an error in it or a 500 is the
 * ERP's own answer; above are also the statuses of gateways, behind which the ERP may still be working.
 */
export function wroteWith({ status }: RestAnswer): Wrote {
  if (status > 500) return 'perhaps';
  return status < 300 || status === 500 ? 'known' : 'nothing';
}
