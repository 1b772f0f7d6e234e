import { select, text } from '@clack/prompts';
import * as z from 'zod/mini';
import { defaultBaseUrl } from '../../../shared/azumuta/contract.ts';
import { isTimeZone } from '../../../shared/model/time.ts';
import { parse } from '../../../shared/platform/validation.ts';
import { answered } from '../cli/files.ts';
import { stringLiteralOf } from '../probe/contract-text.ts';
import { beginningFor, beginnings } from './beginnings.ts';

/** As `erp` is written in a file of answers. */
export const offeredErps = Object.keys(beginnings);

/** How an ERP is found: what a person is asked for it, and where its example has the answer. */
const places = {
  url: {
    place: /(?<=\n {4}(?:url|baseUrl): |\n {2}erp: \w+\()'[^'\n]*'/,
    question: 'At which address is it called?',
    example: 'https://erp.plant.example',
    called: 'the address of the ERP',
    written: stringLiteralOf,
  },
  database: {
    place: /(?<=\n {4}database: stage === 'production' \? )'[^'\n]*' : '[^'\n]*'/,
    question: 'What is its database called?',
    example: 'plant',
    called: 'the name of its database',
    written: (name: string) => `${stringLiteralOf(name)} : ${stringLiteralOf(`${name}-test`)}`,
  },
  tenant: {
    place: /(?<=\n {4}tenant: )'[^'\n]*'/,
    question: 'Which Microsoft Entra tenant has it? (id or domain)',
    example: 'plant.onmicrosoft.com',
    called: 'the id or domain of its tenant',
    written: stringLiteralOf,
  },
  company: {
    place: /(?<=\n {4}company: )'[^'\n]*'/,
    question: 'What is the id of its company?',
    example: '5d115c9c-44e3-ea11-bb43-000d3a2feca1',
    called: 'the id of its company',
    written: stringLiteralOf,
  },
} as const;
type ErpPlace = keyof typeof places;
// Its type says that it has these keys, and a literal has no others.
const placeNames = Object.keys(places) as readonly ErpPlace[];

/** The ERPs whose example has such a place. */
const erpsAskedFor = (name: ErpPlace) =>
  offeredErps.filter((erp) => places[name].place.test(beginningFor(erp).configuration('plant')));
const askedFor = new Map(placeNames.map((name) => [name, erpsAskedFor(name)]));

function isFoundBy(name: ErpPlace, erp: string): boolean {
  return askedFor.get(name)?.includes(erp) ?? false;
}

/** Given where its ERP has such a place, and nowhere else. */
const ifAskedFor = (name: ErpPlace) =>
  z.refine<{ readonly erp: string } & { readonly [Name in ErpPlace]?: string | undefined }>(
    (answers) => (answers[name] !== undefined) === isFoundBy(name, answers.erp),
    {
      path: [name],
      error: `${places[name].called}, for ${askedFor.get(name)?.join(' and ')} only`,
    },
  );

export const answersSchema = z
  .strictObject({
    plant: z
      .string()
      .check(z.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'small letters, digits and dashes: ghent')),
    timeZone: z.string().check(z.refine(isTimeZone, 'a time zone such as Europe/Brussels')),
    erp: z.enum(offeredErps),
    /** Of the ERP. */
    url: z.optional(z.url({ protocol: /^https?$/, error: 'an address such as https://erp.plant.example' })),
    /** Of Odoo or Tryton. The test stage gets `<database>-test`, which somebody may have to correct. */
    database: z.optional(z.string().check(z.minLength(1))),
    /** Of Business Central in the cloud. */
    tenant: z.optional(
      z.string().check(z.regex(/^[\w.-]+$/, 'the id or domain of a tenant: plant.onmicrosoft.com')),
    ),
    /** Of Business Central. */
    company: z.optional(z.guid('the id of a company: 5d115c9c-44e3-ea11-bb43-000d3a2feca1')),
    /** We list the orders every so many minutes, or the ERP posts them. */
    orders: z.union([
      z.literal('posted'),
      z.strictObject({ everyMinutes: z.int().check(z.minimum(1), z.maximum(1440)) }),
    ]),
    /** Put before the ERP order's number in Azumuta. */
    numberPrefix: z._default(z.string().check(z.maxLength(20)), ''),
    /** Addresses that get a mail when a person must act. */
    emails: z._default(z.array(z.email()), []),
  })
  .check(...placeNames.map(ifAskedFor));
export type InitAnswers = z.output<typeof answersSchema>;

/** Asks a person a few questions. @throws UsageError when they leave. */
export async function askForAnswers(): Promise<unknown> {
  const plant = await askForText('plant', 'Which plant? Its name is part of the stack’s.', 'ghent');
  const timeZone = await askForText('timeZone', 'In which time zone is it?', 'Europe/Brussels');
  const erp = answered(
    await select({
      message: 'Which ERP does it have?',
      options: Object.entries(beginnings).map(([value, { title }]) => ({ value, label: title })),
    }),
  );
  const found: Partial<Record<ErpPlace, string>> = {};
  for (const name of placeNames) {
    const { question, example } = places[name];
    if (isFoundBy(name, erp)) found[name] = await askForText(name, question, example);
  }
  const way = answered(
    await select({
      message: 'How do its orders come?',
      options: [
        { value: 'pull', label: 'We list those that were released, every five minutes' },
        { value: 'posted', label: 'The ERP posts each one to our order endpoint' },
      ],
    }),
  );
  const numberPrefix = await askForText('numberPrefix', 'Which prefix do their numbers get in Azumuta?', '');
  const mailed = await askForText(
    undefined,
    'Who is mailed when a person must act? (addresses, with commas)',
    '',
  );
  return {
    plant,
    timeZone,
    erp,
    ...found,
    numberPrefix,
    orders: way === 'pull' ? { everyMinutes: 5 } : 'posted',
    emails: mailed.split(',').flatMap((address) => address.trim() || []),
  };
}

async function askForText(
  field: keyof InitAnswers | undefined,
  message: string,
  example: string,
): Promise<string> {
  return answered(
    await text({
      message,
      ...(example === ''
        ? { defaultValue: '', placeholder: 'nothing' }
        : { placeholder: `such as ${example}` }),
      validate: (given) => (field === undefined ? undefined : complaintOf(field, given ?? '')),
    }),
  );
}

/** What is wrong with one answer, as a sentence, while the others are not known yet. */
export function complaintOf(field: keyof InitAnswers, given: string): string | undefined {
  const parsed = parse(answersSchema, { [field]: given });
  if (parsed.ok) return undefined;
  const [own] = parsed.mismatches.filter(({ path }) => path.startsWith(`$.${field}`));
  return own && `This is not ${own.expected}.`;
}

const contractComment = `
  // The address is the one of your account's API page. Where its API differs from what is assumed, such as in the header
  // of the key (apiKeyHeader, apiKeyFormat), npm run probe finds most lines of the contract.`;
const contractLines = `${contractComment}
  azumuta: { baseUrl: '${defaultBaseUrl}', contract },
`;

/** @param source Of what the plant's configuration begins with. @param now Orders released before are left out. */
export function configurationText(source: string, answers: InitAnswers, now: Date): string {
  const { plant, timeZone, orders, numberPrefix, emails } = answers;
  const from = `${now.toISOString().slice(0, 16)}:00Z`;
  const pull = orders === 'posted' ? "'off'" : `{ everyMinutes: ${orders.everyMinutes}, from: '${from}' }`;
  const prefix = numberPrefix.replace(/[\\`$]/g, '\\$&');
  const hasAzumuta = /\n {2}azumuta: /.test(source);
  const replacements: readonly (readonly [RegExp, string | ((found: string) => string) | undefined])[] = [
    [/(?<=\n {2}plant: )'[^'\n]*'/, stringLiteralOf(plant)],
    [/(?<=\n {2}timeZone: )'[^'\n]*'/, stringLiteralOf(timeZone)],
    ...placeNames.map((name) => [places[name].place, writtenAt(name, answers)] as const),
    [/(?<= from '#azumuta-erp';\n)/, `import { contract } from './${plant}.contract.ts';\n`],
    hasAzumuta
      ? [/\n {2}azumuta: \{ [^\n]*(?= \},\n)/, (found) => `${contractComment}${found}, contract`]
      : [/(?=\n {2}productOrders: )/, contractLines],
    // The example may take leading zeros off the number: the prefix is put before what is left.
    [
      /(?<=\n {4}number: \(order\) => )order\.number[^\n]*(?=,\n)/,
      (found) => (prefix === '' ? found : `\`${prefix}\${${found}}\``),
    ],
    [/(?<=\n {4}pull: stage === 'production' \? |\n {2}schedule: \{ pull: )\{[^{}\n]*\}/, pull],
    [/(?<=alarmEmails: )\[[^\]\n]*\]/, `[${emails.map(stringLiteralOf).join(', ')}]`],
  ];
  return replacements.reduce((text, [place, own]) => {
    if (own === undefined) return text;
    if (!place.test(text)) throw new Error(`The example has no ${place.source}.`);
    return text.replace(place, typeof own === 'string' ? () => own : own);
  }, source);
}

function writtenAt(name: ErpPlace, answers: InitAnswers): string | undefined {
  const answer = answers[name];
  return answer === undefined ? undefined : places[name].written(answer);
}
