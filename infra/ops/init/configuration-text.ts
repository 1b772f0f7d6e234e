import { literal } from '../probe/contract-text.ts';
import type { Answers } from './answers.ts';

const contractLines = `
  // How Azumuta's API talks, where it differs from what is assumed: npm run probe finds out.
  azumuta: { contract },
`;

/**
 * An example with a plant's own answers in the places of the example's.
 * @param example Source of `shared/integration/examples/<erp>.config.ts`.
 * @param now Orders that were released before it stay out.
 * @throws Error when the example has no such line any more.
 */
export function configurationText(example: string, answers: Answers, now: Date): string {
  const { plant, timeZone, url, database, orders, numberPrefix, emails } = answers;
  const from = `${now.toISOString().slice(0, 16)}:00Z`;
  const pull = orders === 'posted' ? "'off'" : `{ everyMinutes: ${orders.everyMinutes}, from: '${from}' }`;
  const prefix = numberPrefix.replace(/[\\`$]/g, '\\$&');
  const replaced: readonly (readonly [RegExp, string | ((found: string) => string)])[] = [
    [/(?<=\n {2}plant: )'[^'\n]*'/, literal(plant)],
    [/(?<=\n {2}timeZone: )'[^'\n]*'/, literal(timeZone)],
    [/(?<=\n {4}(?:url|baseUrl): )'[^'\n]*'/, literal(url)],
    ...(database === undefined
      ? []
      : [
          [
            /(?<=\n {4}database: stage === 'production' \? )'[^'\n]*' : '[^'\n]*'/,
            `${literal(database)} : ${literal(`${database}-test`)}`,
          ] as const,
        ]),
    [/(?<= from '#azumuta-erp';\n)/, `import { contract } from './${plant}.contract.ts';\n`],
    [/(?=\n {2}productOrders: )/, contractLines],
    // The example's own way to the number may take leading zeros off, which stay off.
    [
      /(?<=\n {4}number: \(order\) => )order\.number[^\n]*(?=,\n)/,
      (found) => (prefix === '' ? found : `\`${prefix}\${${found}}\``),
    ],
    [/(?<=\n {4}pull: stage === 'production' \? )\{[^{}\n]*\}/, pull],
    [/(?<=alarmEmails: )\[[^\]\n]*\]/, `[${emails.map(literal).join(', ')}]`],
  ];
  return replaced.reduce((text, [place, own]) => {
    if (!place.test(text)) throw new Error(`The example has no ${place.source}.`);
    return text.replace(place, typeof own === 'string' ? () => own : own);
  }, example);
}
