import { personalFields } from '../../../shared/model/completions.ts';
import { jsonOf } from '../../../shared/platform/json.ts';

const hidden = '•••';
/** Names of fields with a secret, and of those that name a person. */
const secretNames =
  /pass(word|phrase)?$|passwd|secret|token|api[-_ ]?key|authori[sz]ation|cookie|credential|signature/i;
const signatureStep = /\bsign(ed|ature|-?off)?\b/i;
const personNames = new RegExp(`^(?:${[...personalFields, 'operatorName', 'signedBy'].join('|')})$`, 'i');

/**
 * Hides the secrets of a parsed payload before a person sees it: values under names that mean a secret or a person, and
 * credentials within texts. The value of a step that an operator signs is their name.
 */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  // `personal` comes from the step's type. A step without a type is recognised by its name.
  const isSigned = fields.some(
    ([name, field]) =>
      (name === 'personal' && field === true) ||
      (name === 'name' && typeof field === 'string' && signatureStep.test(field)),
  );
  return Object.fromEntries(
    fields.map(([name, field]) => {
      const conceals =
        secretNames.test(name) || personNames.test(name) || (isSigned && name.toLowerCase() === 'value');
      return [name, conceals && field !== null && field !== '' ? hidden : redacted(field)];
    }),
  );
}

/** Hides credentials in a text: in headers, URLs, query strings and webhook paths. */
export function redactedText(text: string): string {
  return text
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${hidden}`)
    .replace(/(\/\/)[^/@\s]+:[^/@\s]+@/g, `$1${hidden}@`)
    .replace(/(\/webhooks\/azumuta\/[^/\s]+\/)[^/?#\s"']+/g, `$1${hidden}`)
    .replace(
      /((?:^|[?&;,\s"'{])(?:password|passwd|secret|token|access_token|api[-_]?key|apikey|key)["']?\s*[=:]\s*["']?)[^&\s"',;}]+/gi,
      `$1${hidden}`,
    );
}

/** The payload of a message, redacted, and indented if it is JSON. */
export function shownPayload(body: string): string {
  const parsed = jsonOf(body);
  if (parsed === undefined) return redactedText(body);
  return JSON.stringify(redacted(withDecodedBody(parsed)), null, 2);
}

/** A stored webhook call has the caller's body in base64, which nobody can read. */
function withDecodedBody(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || !('bodyBase64' in payload)) return payload;
  const { bodyBase64, ...call } = payload;
  const text = Buffer.from(String(bodyBase64), 'base64').toString('utf8');
  return { ...call, body: jsonOf(text) ?? text };
}
