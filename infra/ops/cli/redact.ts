import { personalFields } from '../../../shared/model/completions.ts';
import { jsonOf } from '../../../shared/platform/json.ts';

const hiddenMark = '•••';
/** What secrets are called in English, Dutch, French and German. A key or sleutel alone may be one for screws. */
const secretWords = [
  'pass[-_ ]?(?:word|wd|phrase|code|wort)|kennwort|paswoord|wachtwoord|mot[-_ ]?de[-_ ]?passe|pwd|(?<![a-z])mdp(?![a-z])',
  'secret|geheim|token|jeton|credential|zugangsdaten|inloggegevens|identifiants|sess(?:ion)?[-_ ]?id',
  "api[-_ ]?(?:key|sleutel|schl(?:ü|ue?)ssel)|cl(?:é|ef?)[-_ ](?:d['’])?api|(?:access|private|account)[-_ ]?key",
].join('|');
const secretNamePattern = new RegExp(
  `${secretWords}|^pass$|authori[sz]ation|cookie|signature|handtekening|unterschrift`,
  'i',
);
const signatureStep = /\bsign(ed|ature|-?off)?\b/i;
/** Names of fields that name a person, in small letters without separators and accents. */
const personNamePattern = new RegExp(
  [
    `^(?:${personalFields.join('|')}|operateur|bediener|user|benutzer|gebruiker|utilisateur|employee|mitarbeiter|medewerker|employe|worker)(?:s|full|login)?(?:name|naam|nom|id|email)?$`,
    '^(?:e?mail(?:address?e?)?|courriel)$',
    '(?:created|completed|changed|updated|modified|signed|approved|checked|recorded|confirmed|released|booked|locked)by$',
    '(?:erstellt|erfasst|geandert|unterschrieben|gepruft|gebucht|abgeschlossen|freigegeben)(?:von|durch)$',
    '(?:gemaakt|gewijzigd|tekend|voltooid|gecontroleerd|geboekt|vrijgegeven)door$|(?:cree|modifie|signe|valide|termine|controle)par$',
  ].join('|'),
);

function isConfidential(name: string): boolean {
  const plain = name
    .normalize('NFD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
  return secretNamePattern.test(name) || personNamePattern.test(plain);
}

/** Hides values under names that mean a secret or a person, credentials within texts, and who has signed a step. */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  // `personal` comes from the step's type. A step without a type is recognised by its name.
  const isSigned = fields.some(
    ([name, field]) =>
      (name === 'personal' && field === true) ||
      (/^(?:name|key)$/.test(name) &&
        typeof field === 'string' &&
        (signatureStep.test(field) || isConfidential(field))),
  );
  return Object.fromEntries(
    fields.map(([name, field]) => {
      const conceals = isConfidential(name) || (isSigned && name.toLowerCase() === 'value');
      const holdsValue = field !== null && field !== '';
      return [name, conceals && holdsValue ? hiddenMark : redacted(field)];
    }),
  );
}

/** What stays between a name and its value: `: `, `" = "`. Bounded, as a text may be made to take long. */
const betweenNameAndValue = '[\\w-]{0,40}[\\\\"\']{0,4}\\s{0,8}[:=]\\s*';
/** What our own sentences say of a secret: no value. */
const notOurOwnWords = '(?!(?:is|are|found|must|not|the|no|see|check|expected|•••)(?![\\w-]))';

/** Secrets in texts, each behind what stays to be read, which is its first group. */
const secretForms: readonly RegExp[] = [
  new RegExp(`((?:set-)?cookie${betweenNameAndValue})[^\\r\\n"']+`, 'gi'),
  new RegExp(
    `(authori[sz]ation${betweenNameAndValue}["']?)${notOurOwnWords}(?:(?:Bearer|Basic|Digest|\\w*(?:Key|Token))\\s+)?[^\\s"',;]+`,
    'gi',
  ),
  new RegExp(
    `((?:${secretWords})${betweenNameAndValue})(?:\\\\?"(?:[^"\\\\]|\\\\[^"])*|'[^']*|${notOurOwnWords}[^&\\s"',;})]+)`,
    'gi',
  ),
  // Without a colon, only what does not look like a word of the sentence.
  new RegExp(`((?:${secretWords})\\s+["'‹“„«]?)(?=\\S*\\d)(?=\\S*[a-z])[\\w.~+=!$%-]{6,}`, 'gi'),
  /(\bBearer\s+)(?=\S*\d)[\w.~+/=-]{6,}/gi,
  /(\bBasic\s+)(?=\S*[a-z])(?=\S*[A-Z])(?=\S*[\d=])[A-Za-z\d+/]{6,}={0,2}/g,
  /([?&](?:key|code|sig|auth|sid|pass|pw|signature)=)[^&\s"']+/gi,
  /(\/\/)[^/?#@\s]+(?=@)/g,
  /(\/webhooks\/azumuta\/[^/\s]+\/)[^/?#\s"']+/g,
  /(hooks\.slack\.com\/\w+\/|webhook\.office\.com\/\w+\/)[^\s"']+/gi,
  // Keys of AWS, JSON web tokens, and private keys.
  /()\b(?:(?:AKIA|ASIA)[A-Z\d]{16}|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*)/g,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[^-]+/g,
];

/** Hides credentials in a text: in headers, URLs, query strings, JSON and sentences. */
export function redactedText(text: string): string {
  return secretForms.reduce((shown, form) => shown.replace(form, `$1${hiddenMark}`), text);
}

/** In an ARN, or in the URL of a queue. */
const accountNumber = /(?<before>(?:arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:|amazonaws\.com\/))\d{12}/g;
const mailAddress = /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
/** As `signedNote` writes it; it may be cut off at its end. */
const signedByPattern = / \(signed by [^()"]*\)?/g;

/** Stands in what is shared, for whoever sends or gets it. */
const readFirst =
  'Secrets, signatures, mail addresses and account numbers are left out. What people, the ERP and Azumuta wrote is as it was, and may name a person: read it before you send it on.';

/**
 * What may be sent to a partner or to Azumuta: without secrets, fields that name a person, signatures, mail addresses and
 * AWS account numbers. Free text stays, because it usually contains the explanation; names in it cannot be recognised.
 */
export function shareable(facts: object): unknown {
  const text = JSON.stringify(redacted({ readFirst, ...facts })).replace(signedByPattern, '');
  return JSON.parse(text.replace(accountNumber, '$<before>•••').replace(mailAddress, '•••'));
}

export function shownPayload(body: string): string {
  const parsed = jsonOf(body);
  if (parsed === undefined) return redactedText(body);
  return JSON.stringify(redacted(withDecodedBody(parsed)), null, 2);
}

/** A stored webhook call has the caller's body in base64, which nobody can read. */
function withDecodedBody(payload: unknown): unknown {
  const hasBody = typeof payload === 'object' && payload !== null && 'bodyBase64' in payload;
  if (!hasBody) return payload;
  const { bodyBase64, ...call } = payload;
  const text = Buffer.from(String(bodyBase64), 'base64').toString('utf8');
  return { ...call, body: jsonOf(text) ?? text };
}
