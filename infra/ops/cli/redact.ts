import type { WebhookChannel } from '../../../shared/alerts/dependencies.ts';
import { personalFields } from '../../../shared/model/completions.ts';
import { isRecord, jsonOf } from '../../../shared/platform/json.ts';

const hiddenMark = '•••';
/** What secrets are called in English, Dutch, French and German. A key or sleutel alone may be one for screws. */
const secretWords = [
  'pass[-_ ]?(?:word|wd|phrase|code|wort)|kennwort|paswoord|wachtwoord|mot[-_ ]?de[-_ ]?passe|pwd|(?<![a-z])mdp(?![a-z])',
  'contrase[ñn]a|has[łl]o(?![a-z])|senha|secret|geheim|token|jeton|credential|zugangsdaten|inloggegevens|identifiants',
  "sess(?:ion)?[-_ ]?id|api[-_ ]?(?:key|sleutel|schl(?:ü|ue?)ssel)|cl(?:é|ef?)[-_ ](?:d['’])?api",
  '(?:access|private|account|functions?|subscription|auth)[-_ ]?key|connection[-_ ]?string',
].join('|');
const secretNamePattern = new RegExp(
  `${secretWords}|^(?:pass|pin|otp|sid|auth|bearer|dsn|sig)$|session$|sso2?$|authori[sz]ation|cookie|signature|handtekening|unterschrift`,
  'i',
);

const wordSet = (text: string) => new Set(text.split(' '));
/** In any place of a name they say that its value is a person, or what a person has signed with. */
const personWords = wordSet(
  'operator operators operateur operateurs operatrice bediener bedieners monteur monteurs mitarbeiter medewerker medewerkers ' +
    'werknemer werknemers employee employees employe employes worker workers technician technieker technicus techniker technicien ' +
    'inspector inspecteur inspektor prufer pruefer controleur assembler executor uitvoerder author auteur autor verfasser ' +
    'sign signed signoff signature signatures handtekening unterschrift paraaf paraphe initials initialen initiales badge ' +
    'personnel personeelsnummer personalnummer matricule phone telefoon telefon telephone courriel ' +
    'person contactpersoon contactperson ansprechpartner ploegleider schichtleiter voornaam achternaam familienaam vorname ' +
    `nachname prenom ${personalFields.join(' ')}`,
);
/** As the whole name only. */
const personNames = wordSet('by who naam nom wie wer qui');
/** The same of a name in small letters without separators and accents. */
const personNamePattern = new RegExp(
  [
    `^(?:${personalFields.join('|')}|operateur|bediener|user|benutzer|gebruiker|utilisateur|employee|mitarbeiter|medewerker|employe|worker|badge)(?:s|full|login)?(?:name|naam|nom|id|email|no|number|nummer)?$`,
    '^(?:e?mail(?:address?e?)?|courriel)$|^(?:first|last|full|given|family|user|display)name$|^shiftleader$',
    '(?:created|completed|changed|updated|modified|signed|approved|checked|recorded|confirmed|released|booked|locked|performed)by$',
    '(?:erstellt|erfasst|geandert|unterschrieben|gepruft|gebucht|abgeschlossen|freigegeben|gemeldet)(?:von|durch)$',
    '(?:gemaakt|gewijzigd|tekend|voltooid|gecontroleerd|geboekt|vrijgegeven|gemeld|opgesteld|uitgevoerd)door$|(?:cree|modifie|signe|valide|termine|controle|realise)par$',
  ].join('|'),
);

function isConfidential(name: string): boolean {
  const withoutAccents = name.normalize('NFD').replace(/\p{M}/gu, '');
  const words = withoutAccents
    .replace(/\p{Ll}(?=\p{Lu})/gu, '$& ')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter(Boolean);
  const plain = withoutAccents.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();
  const meansPerson = personNames.has(plain) || words.some((word) => personWords.has(word));
  return meansPerson || secretNamePattern.test(name) || personNamePattern.test(plain);
}

/** What says in a pair of name and value what its other fields are about. */
const namingFields = /^(?:name|key|label|title|field|type|kind)$/i;
/** What a pair keeps although its value is hidden. */
const pairFields = new RegExp(`${namingFields.source}|^(?:id|unit|personal|ok|result|required)$`, 'i');

/**
 * Hides values under names that mean a secret or a person, credentials within texts, and who has signed a step. Of a pair
 * of name and value whose name means one of them, only the fields on a list keep what they say.
 */
export function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (Array.isArray(value)) return redactedList(value);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  // `personal` comes from the step's type. A step without a type is recognised by its name.
  const isPersonal = fields.some(
    ([name, field]) =>
      (name === 'personal' && field === true) || (namingFields.test(name) && isConfidentialText(field)),
  );
  return Object.fromEntries(
    fields.map(([name, field]) => {
      const conceals = isConfidential(name) || (isPersonal && !pairFields.test(name));
      const holdsValue = field !== null && field !== '';
      return [name, conceals && holdsValue ? hiddenMark : redacted(field)];
    }),
  );
}

/** A name may be written in several languages: `{ en: 'Signature', nl: 'Handtekening' }`. */
function isConfidentialText(field: unknown): boolean {
  if (typeof field === 'string') return isConfidential(field);
  return typeof field === 'object' && field !== null && Object.values(field).some(isConfidentialText);
}

/** Of two texts, as headers are sometimes listed, the first may name the second. */
function redactedList(list: readonly unknown[]): unknown[] {
  const [name, value] = list;
  const isPair = list.length === 2 && typeof name === 'string' && isConfidential(name);
  return isPair && typeof value === 'string' ? [name, hiddenMark] : list.map(redacted);
}

/** What stands between a name and its value: `: `, `" = "`, `" => "`. Bounded, as a text may be made to take long. */
const betweenNameAndValue = '[\\w-]{0,40}[\\\\"\']{0,4}\\s{0,8}(?:[:=]>?|%3D)\\s*';
/** What our own sentences say of a secret: no value. */
const notOurOwnWords = '(?!(?:is|are|found|must|not|the|no|see|check|expected|•••)(?![\\w-]))';

/**
 * Up to where the address of a webhook may be read: what follows in its path is its token. A channel of the alerts without
 * an entry does not compile.
 */
const readableAddresses: Readonly<Record<WebhookChannel, readonly string[]>> = {
  slack: ['hooks\\.slack\\.com/\\w+/'],
  teams: [
    'webhook\\.office\\.com/\\w+/',
    '(?:logic\\.azure|api\\.powerplatform)\\.com(?::\\d+)?/(?:[\\w-]+/){0,4}workflows/',
  ],
  /** Whatever takes JSON: Discord; Mattermost, Rocket.Chat and Zapier; Make; Telegram; Webex. */
  webhook: [
    '/api/(?:v\\d+/)?webhooks/\\d+/',
    '/hooks/(?:catch/)?',
    'hook\\.\\w+\\.make\\.com/',
    'api\\.telegram\\.org/bot',
    'webexapis\\.com/v1/webhooks/incoming/',
  ],
};
const readableAddress = Object.values(readableAddresses).flat().join('|');

/** Secrets in texts, each behind what may be read, which is its first group. */
const secretForms: readonly RegExp[] = [
  new RegExp(`((?:set-)?cookie${betweenNameAndValue})[^\\r\\n"']+`, 'gi'),
  // Of any scheme: some have several parts.
  new RegExp(`(authori[sz]ation${betweenNameAndValue}["']?)${notOurOwnWords}[^\\r\\n"';]+`, 'gi'),
  new RegExp(
    `((?:${secretWords})${betweenNameAndValue})(?:\\\\?"(?:[^"\\\\]|\\\\[^"])*|'[^']*|${notOurOwnWords}[^&\\s"',;})]+)`,
    'gi',
  ),
  // Without a colon, only what does not look like a word of the sentence.
  new RegExp(
    `((?:${secretWords})\\s+(?:(?:is|was|lautet|luidt|ist|est)\\s+)?["'‹“„«]?)(?=\\S*\\d)(?=\\S*[a-z])[\\w.~+=!$%-]{6,}`,
    'gi',
  ),
  /((?<![a-z])(?:pass|otp|sid|dsn|(?:x-amz-)?signature)\s?[:=]\s?["']?)[^&\s"',;})]{4,}/gi,
  /(\bpin\s?[:=]\s?)\d{4,8}\b/gi,
  /((?:^|\s)-p)(?=\w*\d)(?=\w*[a-z])\w{8,}/g,
  /(\bBearer\s+)(?=\S*\d)[\w.~+/=-]{6,}/gi,
  /(\bBasic\s+)(?=\S*[a-z])(?=\S*[A-Z])(?=\S*[\d=])[A-Za-z\d+/]{6,}={0,2}/g,
  /([?&](?:key|code|sig|auth|sid|pass|pw|signature)=)[^&\s"']+/gi,
  // A password may contain an @.
  /(\/\/)[^/?#\s]+(?=@)/g,
  /(\/webhooks\/azumuta\/[^/\s]+\/)[^/?#\s"']+/g,
  new RegExp(`(${readableAddress})[^\\s"'/?]+(?:/[^\\s"'?]+)?`, 'gi'),
  // Tokens that say whose they are; keys of AWS, JSON web tokens, and private keys.
  /()\b(?:gh[oprsu]_|github_pat_|glpat-|xox[abeprs]-|[rs]k_(?:live|test)_|npm_|AIza)[\w-]{10,}/g,
  /()\b(?:(?:AKIA|ASIA)[A-Z\d]{16}|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*)/g,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[^-]+/g,
];

/** A field of a form, of a query or of a cookie; an element of XML. Their names are read as those of JSON are. */
const namedForms: readonly RegExp[] = [
  /((?<![\p{L}\d.%+_-])([\p{L}\d.%+_-]{1,60})=)([^&\s"';<>]+)/gu,
  /(<(?:[\w-]{1,60}:)?([\p{L}][\p{L}\d._-]{0,60})(?:\s[^<>]{0,200})?>)([^<]+)/gu,
];

/** Hides credentials in a text: in headers, URLs, query strings, forms, XML, JSON and sentences. */
export function redactedText(text: string): string {
  const withoutSecrets = secretForms.reduce((shown, form) => shown.replace(form, `$1${hiddenMark}`), text);
  return namedForms.reduce(
    (shown, form) =>
      shown.replace(form, (all, before: string, name: string) =>
        isConfidential(plainName(name)) ? `${before}${hiddenMark}` : all,
      ),
    withoutSecrets,
  );
}

/** The name of a field of a form without its encoding, which may be broken. */
function plainName(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return encoded;
  }
}

/** In an ARN, or in the URL of a queue. */
const accountNumber = /(?<before>(?:arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:|amazonaws\.com\/))\d{12}/g;
const mailAddress = /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
/** As `signedNote` writes it: a name may have brackets itself, and the note may be cut off at its end. */
const signedByPattern = / \(signed by (?:[^()"]|\([^()"]*(?:\)|(?=")))*\)?/g;

/** Stands in what is shared, for whoever sends or gets it. */
const readFirst =
  'Secrets, signatures, mail addresses and account numbers are left out. What people, the ERP and Azumuta wrote is as it was, and may name a person: read it before you send it on.';

/**
 * What may be sent to a partner or to Azumuta: without secrets, fields that name a person, signatures, mail addresses and
 * AWS account numbers. Free text is kept, because it usually contains the explanation; names in it cannot be recognised.
 */
export function shareable(facts: object): unknown {
  const text = JSON.stringify(redacted({ readFirst, ...facts })).replace(signedByPattern, '');
  return JSON.parse(text.replace(accountNumber, '$<before>•••').replace(mailAddress, '•••'));
}

export function shownPayload(body: string): string {
  const parsed = jsonOf(body);
  if (parsed === undefined) return redactedText(body);
  return JSON.stringify(redacted(withReadableCall(parsed)), null, 2);
}

/**
 * What a call of others may show, in small letters without separators: numbers, ids, states, times, quantities. Whatever
 * else it sends may name a person in a word that nobody thought of.
 */
const shownInCalls = wordSet(
  'id ids number productorder productorderid productordernumber order orderid ordernumber recording recordings recordingid recordingids ' +
    'article articleid articlenumber sku workinstruction workinstructionid version event eventid type status state completed ' +
    'completedat finishedat startedat createdat updatedat timestamp date time quantity amount unit',
);
const isShownInCalls = (name: string) => shownInCalls.has(name.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase());

/** A stored webhook call has the caller's body in base64, which nobody can read. */
function withReadableCall(payload: unknown): unknown {
  if (!isRecord(payload) || !('bodyBase64' in payload)) return payload;
  const { bodyBase64, rawQueryString, ...call } = payload;
  const text = Buffer.from(String(bodyBase64), 'base64').toString('utf8');
  const body = jsonOf(text);
  return {
    ...call,
    ...(rawQueryString !== undefined && { rawQueryString: shownForm(String(rawQueryString)) }),
    body: body === undefined ? shownText(text) : shownFields(body, false),
  };
}

/** @param isShown Whether the field that holds it is on the list. */
function shownFields(value: unknown, isShown: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => shownFields(each, isShown));
  const isEmpty = value === null || value === '';
  if (!isRecord(value)) return isShown || isEmpty ? value : hiddenMark;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, shownFields(field, isShownInCalls(name))]),
  );
}

/** A form, or XML. A text without fields is kept but for its credentials. */
function shownText(text: string): string {
  if (/^[^\s=<]+=\S*$/.test(text)) return shownForm(text);
  return text.replace(
    /(<(?:[\w-]{1,60}:)?([\p{L}][\p{L}\d._-]{0,60})[^<>]{0,200}>)([^<]+)/gu,
    (all, before, name, held) =>
      isShownInCalls(name) || held.trim() === '' ? all : `${before}${hiddenMark}`,
  );
}

function shownForm(form: string): string {
  return form.replace(/([^&=]*)=([^&]+)/g, (all, name) =>
    isShownInCalls(plainName(name)) ? all : `${name}=${hiddenMark}`,
  );
}
