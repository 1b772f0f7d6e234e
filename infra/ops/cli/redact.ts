import { jsonOf } from '../../../shared/platform/validation.ts';

const hidden = '•••';
/** Names of fields whose value is a secret, and of those that name a person. */
const secretNames =
  /pass(word|phrase)?$|passwd|secret|token|api[-_ ]?key|authori[sz]ation|cookie|credential|signature/i;
const signatureStep = /\bsign(ed|ature|-?off)?\b/i;
const personNames = /^(operator|operatorName|signedBy)$/i;

/**
 * A parsed payload for a person's eyes: values under names that mean a secret or a person are hidden, and so
 * are credentials within texts. The step that an operator signs holds their name as its value.
 */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  // The mark is set by the step's type; a step of a recording that has no type is known by its name alone.
  const isSigned = fields.some(
    ([name, told]) =>
      (name === 'personal' && told === true) ||
      (name === 'name' && typeof told === 'string' && signatureStep.test(told)),
  );
  return Object.fromEntries(
    fields.map(([name, field]) => {
      const conceals =
        secretNames.test(name) || personNames.test(name) || (isSigned && name.toLowerCase() === 'value');
      return [name, conceals && field !== null && field !== '' ? hidden : redacted(field)];
    }),
  );
}

/** Credentials as they stand in texts: in headers, URLs, query strings and webhook paths. */
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

/** The payload of a message, indented and redacted; text that is no JSON as it is, redacted. */
export function shownPayload(body: string): string {
  const parsed = jsonOf(body);
  if (parsed === undefined) return redactedText(body);
  return JSON.stringify(redacted(withDecodedBody(parsed)), null, 2);
}

/** A kept webhook call holds the caller's body in base64, which nobody reads. */
function withDecodedBody(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || !('bodyBase64' in payload)) return payload;
  const { bodyBase64, ...call } = payload;
  const text = Buffer.from(String(bodyBase64), 'base64').toString('utf8');
  return { ...call, body: jsonOf(text) ?? text };
}
