import { literal } from '../probe/contract-text.ts';
import type { Answers } from './answers.ts';

const contractLines = `
  // Where Azumuta's API differs from what is assumed: npm run probe finds out.
  azumuta: { contract },
`;

/**
 * Fills a plant's own answers into an example.
 * @param example Source of `shared/integration/examples/<erp>.config.ts`.
 * @param now Orders that were released before are left out.
 * @throws Error when the example has no such line any more.
 */
export function configurationText(example: string, answers: Answers, now: Date): string {
  const { plant, timeZone, url, database, orders, numberPrefix, emails } = answers;
  const from = `${now.toISOString().slice(0, 16)}:00Z`;
  const pull = orders === 'posted' ? "'off'" : `{ everyMinutes: ${orders.everyMinutes}, from: '${from}' }`;
  const prefix = numberPrefix.replace(/[\\`$]/g, '\\$&');
  const databases = database && `${literal(database)} : ${literal(`${database}-test`)}`;
  const replacements: readonly (readonly [RegExp, string | ((found: string) => string) | undefined])[] = [
    [/(?<=\n {2}plant: )'[^'\n]*'/, literal(plant)],
    [/(?<=\n {2}timeZone: )'[^'\n]*'/, literal(timeZone)],
    [/(?<=\n {4}(?:url|baseUrl): )'[^'\n]*'/, literal(url)],
    [/(?<=\n {4}database: stage === 'production' \? )'[^'\n]*' : '[^'\n]*'/, databases],
    [/(?<= from '#azumuta-erp';\n)/, `import { contract } from './${plant}.contract.ts';\n`],
    [/(?=\n {2}productOrders: )/, contractLines],
    // The example may take leading zeros off the number: the prefix is put before what is left.
    [
      /(?<=\n {4}number: \(order\) => )order\.number[^\n]*(?=,\n)/,
      (found) => (prefix === '' ? found : `\`${prefix}\${${found}}\``),
    ],
    [/(?<=\n {4}pull: stage === 'production' \? )\{[^{}\n]*\}/, pull],
    [/(?<=alarmEmails: )\[[^\]\n]*\]/, `[${emails.map(literal).join(', ')}]`],
  ];
  return replacements.reduce((text, [place, own]) => {
    if (own === undefined) return text;
    if (!place.test(text)) throw new Error(`The example has no ${place.source}.`);
    return text.replace(place, typeof own === 'string' ? () => own : own);
  }, example);
}
