import { PartnerDown, type Rejected, type RetryLater } from '../../model/errors.ts';
import { shorten } from '../../model/text.ts';
import { type HttpResponse, partnerFailure } from '../../platform/http.ts';
import { isRecord, nameIn } from '../../platform/json.ts';
import { type Place, valueAt } from '../../platform/places.ts';
import { isForeignAnswer } from '../booking-rules.ts';
import { orderWaits, partnerDown, rejected } from '../failures.ts';

/**
 * That another user or job has the order, its reservation or its requisition: class and number of the message, as its
 * sentence follows the user's language (CO469 to CO471, erplingo.com/sap-error-messages/en/co/co470), or the exception's
 * name, `CX_…_LOCK…` (SAP Gateway, "Error response").
 */
const busyCode = /\bCO\/?(469|470|471)\b|CX_\w{0,30}LOCK/i;
/** Locks of other objects have numbers that nobody lists; `accept-language: en` is sent for this sentence. */
const busySentence =
  /already being processed|being (processed|edited|changed) by|locked by|currently locked|is locked/i;

/**
 * What an answer means, if it is no success: the table is in README.md. SAP's message is often only a headline: the
 * details say why.
 * @param asked What was asked: `the confirmation of order 1000020`.
 */
export function failureOf(
  response: HttpResponse,
  asked: { what: string; wrote: 'nothing' | 'perhaps'; now: Date },
): RetryLater | Rejected | undefined {
  const { what, wrote } = asked;
  const { status } = response;
  const down = partnerFailure(response, { partner: 'SAP', ...asked });
  if (down) return down;
  // A write that SAP has done may have no body, so a page in its place is recognised by itself.
  const isForeign = status !== 413 && isForeignAnswer(response);
  if (isForeign || isAboutService(response)) return notAnsweredAsOData(what, `status ${status}`, wrote);
  if (status < 400) return undefined;
  const details = detailsOf(response);
  const said = reasonInDetails(details) ?? `answered ${status} without a reason`;
  const isBusy = status === 423 || status === 412 || details.some(saysBusy);
  if (isBusy) return orderWaits(`SAP: ${what} must wait, somebody else is changing it (${said}).`);
  return rejected('refused-by-erp', `SAP refused ${what} (${status}): ${said}`);
}

/** Where SAP does not know a function, or does not let us call it. */
const functionIsMissing = new Set([403, 404, 405, 501]);

/**
 * Whether an answer to a proposal is about the proposal, and not about the order: a refusal of the order has a message of the
 * application (`RU/014`); those of the gateway's framework begin with `/IW`. A page of a proxy is neither.
 */
export function saysNothingOfOrder(response: HttpResponse): boolean {
  const { status } = response;
  if (isForeignAnswer(response) || ![400, 500, ...functionIsMissing].includes(status)) return false;
  return functionIsMissing.has(status) || detailsOf(response).every(isOfFramework);
}

function isOfFramework(detail: unknown): boolean {
  const code = errorTextAt(detail, 'code');
  return code === '' || code.startsWith('/IW');
}

export function isPartnerDown(failure: RetryLater | Rejected): boolean {
  return failure instanceof PartnerDown;
}

export function notAnsweredAsOData(
  what: string,
  why: string,
  wrote: 'nothing' | 'perhaps' = 'nothing',
): RetryLater {
  const check = 'check the base URL, and that the service is active';
  return partnerDown(`SAP did not answer ${what} as OData does (${why}): ${check}.`, { wrote });
}

export function isTokenRefused({ status, headers }: HttpResponse): boolean {
  return status === 403 && headers.get('x-csrf-token')?.toLowerCase() === 'required';
}

/** A write was refused with a new token as well. */
export function tokenRefused(what: string): RetryLater {
  return partnerDown(`SAP refused its own CSRF token twice at ${what}: its sessions do not last.`);
}

/**
 * Whether the gateway's framework refused (`/IWFND/MED/170`: no such service), and not the service: an inactive service
 * says nothing about the order.
 */
function isAboutService({ status, json }: HttpResponse): boolean {
  return status === 404 && errorTextAt(json, 'error.code').startsWith('/IWFND/');
}

/** The error itself, and its details. One that cannot be read must not become another error. */
function detailsOf({ json }: HttpResponse): unknown[] {
  return [valueAt(json, 'error'), ...entriesOf(valueAt(json, 'error.innererror.errordetails'))];
}

/** A list; or one detail; or an object that holds either, `{ errordetail: … }` (seen on an independent server). */
function entriesOf(details: unknown): unknown[] {
  if (Array.isArray(details)) return details;
  if (!isRecord(details)) return [];
  return 'message' in details ? [details] : Object.values(details).flat();
}

/** The sentence is in `message.value`, or is the message itself. */
function sentenceIn(detail: unknown): string {
  return errorTextAt(detail, ['message.value', 'message']).trim();
}

function errorTextAt(json: unknown, place: Place): string {
  return nameIn(valueAt(json, place)) ?? '';
}

function saysBusy(detail: unknown): boolean {
  const sentence = sentenceIn(detail);
  return busySentence.test(sentence) || busyCode.test(`${errorTextAt(detail, 'code')} ${sentence}`);
}

/** The sentences, each once, without those that only inform. */
function reasonInDetails(details: readonly unknown[]): string | undefined {
  const errors = details.filter((detail) => ['', 'error'].includes(errorTextAt(detail, 'severity')));
  const sentences = [...new Set(errors.map(sentenceIn).filter(Boolean))];
  return sentences.length === 0 ? undefined : shorten(sentences.join('; '), 400);
}
