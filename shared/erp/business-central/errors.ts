import type { Cause } from '../../model/causes.ts';
import type { Rejected, RetryLater } from '../../model/errors.ts';
import { sentenceOf } from '../../platform/error-message.ts';
import { type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { nameIn } from '../../platform/json.ts';
import { valueAt } from '../../platform/places.ts';
import { isForeignAnswer } from '../booking-rules.ts';
import { orderWaits, partnerDown, rejected } from '../failures.ts';
import { partner } from './options.ts';

/** A call, as messages tell it. */
export interface AskedOfBc {
  /** `the booking of order RPO-1001/10000`. */
  readonly what: string;
  /** Whether it is about one order: a right that is missing for a list is missing for all. */
  readonly isAboutOrder: boolean;
  readonly writes: boolean;
  readonly now: Date;
  readonly secrets: Iterable<string>;
}

/** How the refusals of the extension begin, and who has to act (`extension/`, codeunit Azumuta Post). */
export const ownRefusals: Readonly<Record<string, Cause>> = {
  'AZ-STATE': 'order-state',
  // A look has found the line: it, an operation or a component is gone since.
  'AZ-UNKNOWN': 'order-state',
  'AZ-CONFLICT': 'conflict',
  'AZ-FIGURES': 'quantity-or-lots',
  'AZ-SETUP': 'configuration',
};

/** A record that another session has; `Accept-Language: en-US` is sent for this sentence, as its code is not known. */
const lockedSentence =
  /We can't save your changes right now|being updated in a transaction done by another session/i;
/** A part that is short: ItemLedgerEntry.Table.al 691 of microsoft/BCApps, and the extension, which looks before it posts. */
const shortSentence = /You have insufficient quantity of Item (\S+) on inventory|Component (\S+) needs /;
/** A failure whose sentence is not known may pass, or come back for ever: after so long a person looks. */
const unknownFailureSeconds = 3600;
const busyStatuses = new Set([409, 412, 428]);
const missingPageCodes = new Set(['BadRequest_ResourceNotFound']);

/**
 * What an answer means, if it is no success: the table is in README.md. The code of an error follows no language
 * (MicrosoftDocs/dynamics365smb-devitpro-pb, dev-itpro/webservices/dynamics-error-codes).
 */
export function failureOf(response: HttpResponse, asked: AskedOfBc): RetryLater | Rejected | undefined {
  const { status, json } = response;
  const { what, writes, now, secrets, isAboutOrder } = asked;
  const wrote = writes ? 'perhaps' : 'nothing';
  const isEmptySuccess = status < 300 && json === undefined;
  if (status < 300)
    return isForeignAnswer(response) || isEmptySuccess ? notBusinessCentral(what, writes) : undefined;
  const code = codeIn(response);
  const sentence = ownSentenceIn(response, secrets);
  const said = sentence ?? 'it gave no reason';
  const isBusy = busyStatuses.has(status) || code === 'Request_EntityChanged' || lockedSentence.test(said);
  if (isBusy) return orderWaits(`${partner}: ${what} must wait, somebody else is changing it (${said}).`);
  if (status === 401)
    return partnerDown(
      `${partner} refused our login (401) at ${what}: check the secret, and that the card of the application (Microsoft Entra applications) is there and enabled.`,
      { unauthorized: true },
    );
  if (status === 403 || code.startsWith('Authorization_')) return rightMissing(what, said, isAboutOrder);
  const isOwnError = status === 500 && code !== '';
  if (isOwnError)
    return orderWaits(`${partner} failed (500) at ${what}: ${said}.`, {
      wrote,
      atMostSeconds: unknownFailureSeconds,
    });
  const down = partnerFailure(response, { partner, what, now, wrote, said: sentence });
  if (down) return down;
  return failureOfRefusal(response, code, said, asked);
}

function failureOfRefusal(
  response: HttpResponse,
  code: string,
  said: string,
  { what, writes }: AskedOfBc,
): RetryLater | Rejected {
  const { status } = response;
  if (missingPageCodes.has(code) || /Could not find a property/i.test(said))
    return partnerDown(
      `${partner} does not have what ${what} needs (${said}): the extension is missing there, or older than this connector; install it.`,
    );
  const saysNothing = status === 404 || code === '';
  if (isForeignAnswer(response) || saysNothing) return notBusinessCentral(what, writes, `status ${status}`);
  const [, own = '', sentence = ''] = /^(AZ-[A-Z-]+):? *(.*)$/s.exec(said) ?? [];
  if (own === 'AZ-SAME-KEY')
    return orderWaits(`${partner}: ${what} has its key already, and does not show it yet.`, {
      wrote: 'perhaps',
    });
  const words = own === '' ? said : sentence;
  const cause = ownRefusals[own] ?? (shortSentence.test(said) ? 'order-state' : 'refused-by-erp');
  return rejected(cause, `${partner} refused ${what} (${status}): ${words}.`);
}

function rightMissing(what: string, said: string, isAboutOrder: boolean): RetryLater {
  const sentence = `${partner} does not let us do ${what} (${said}): give the application's user the permission set AZUMUTA.`;
  return isAboutOrder ? orderWaits(sentence) : partnerDown(sentence);
}

/** A proxy, a maintenance page, another environment: it says nothing about the order. */
export function notBusinessCentral(what: string, writes: boolean, why = 'no JSON'): RetryLater {
  return partnerDown(
    `${partner} did not answer ${what} as expected (${why}): check tenant and environment, or the URL.`,
    { wrote: writes ? 'perhaps' : 'nothing' },
  );
}

/** Whether the company of the configuration is not there. */
export function isCompanyMissing(response: HttpResponse): boolean {
  const code = codeIn(response);
  const isAboutCompany = code === 'BadRequest_NotFound' && /compan/i.test(ownSentenceIn(response, []) ?? '');
  return code === 'Internal_CompanyNotFound' || isAboutCompany;
}

/** @param known Those that there are, each with its id. */
export function companyMissing(company: string, known: readonly string[]): RetryLater {
  const there = known.length > 0 ? known.join(', ') : 'none that our user may see';
  return partnerDown(
    `${partner} has no company ${company}: there are ${there}. Correct company in the configuration.`,
  );
}

/** The part that is short, by its number, where a refusal says so. */
export function shortItemIn(sentence: string): string | undefined {
  const [, item, component] = shortSentence.exec(sentence) ?? [];
  return item ?? component;
}

function codeIn({ json }: HttpResponse): string {
  return nameIn(valueAt(json, 'error.code')) ?? '';
}

/** Without the id by which Microsoft's support finds the call. */
function ownSentenceIn(response: HttpResponse, secrets: Iterable<string>): string | undefined {
  const withId = sentenceOf(response, secrets) ?? '';
  const sentence = withId.replace(/CorrelationId:.*$/, '').trimEnd();
  return sentence.replace(/\.$/, '') || undefined;
}
