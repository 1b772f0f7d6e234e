import { join } from 'node:path';
import { styleText } from 'node:util';
import { shellWord } from '../../../shared/platform/shell-word.ts';
import { type LocalSystem, localOverrides } from '../run-locally.ts';
import { type SandboxedPartners, sandboxSentence } from '../sandbox/who-is-sandbox.ts';
import type { DemoOutcome } from './scenario.ts';

const printLine = (line = '') => process.stdout.write(`${line}\n`);
/** Colours only on a terminal. */
const styleOnTerminal = (format: Parameters<typeof styleText>[0], text: string) =>
  styleText(format, text, { stream: process.stdout });

/** Each order's journey, with the seconds since it was queued. */
function printJourneys(journeys: DemoOutcome['journeys']): void {
  for (const [number, journey] of journeys) {
    printLine(`\n${styleOnTerminal('bold', number)}`);
    const start = Date.parse(journey[0]?.at ?? '');
    for (const { at, event, note } of journey) {
      const seconds = ((Date.parse(at) - start) / 1000).toFixed(1).padStart(6);
      printLine(
        `${seconds} s  ${styledEventSign(event)} ${event.padEnd(10)} ${styleOnTerminal('dim', note ?? '')}`,
      );
    }
  }
}

function styledEventSign(event: string): string {
  if (event === 'booked' || event === 'created') return styleOnTerminal('green', '✔');
  const isTrouble = event === 'retry' || event === 'rejected' || event === 'dead-lettered';
  return isTrouble ? styleOnTerminal('yellow', '!') : '·';
}

export function printOutcome(outcome: DemoOutcome): void {
  const { journeys, seconds, azumutaCalls, erpCalls } = outcome;
  printJourneys(journeys);
  printLine(
    `\n${styleOnTerminal('green', `All ${journeys.size} orders arrived`)} in ${seconds.toFixed(1)} s`,
  );
  printLine(`  ${azumutaCalls} calls to Azumuta, ${erpCalls} to the ERP`);
  const environment = Object.entries(localOverrides.environment ?? {}).map(
    ([name, value]) => `${name}=${value}`,
  );
  const shortened = `shortened for this run: function timeouts to ${localOverrides.functionTimeoutSeconds} s, visibility timeouts to ${localOverrides.visibilityTimeoutSeconds} s, ${environment.join(', ')}`;
  printLine(styleOnTerminal('dim', `  ${shortened}`));
}

/** Addresses, and commands to paste. */
export function printCommandsToTry(system: LocalSystem, sandboxed: SandboxedPartners): void {
  for (const part of commandsToTry(system, sandboxed)) printLine(part);
}

/** Each part is a paragraph; of a partner that is real only its own people release and complete. */
export function commandsToTry(
  { emulator, webhookUrl, orderEndpoint, sandboxes }: LocalSystem,
  sandboxed: SandboxedPartners,
): string[] {
  const attributes = { side: 'Left' };
  const order = JSON.stringify({ number: 'MO/TRY-1', article: 'GEAR-01', quantity: '3', attributes });
  const key = `X-API-Key: ${orderEndpoint.key}`;
  const json = 'Content-Type: application/json';
  const folder = shellWord(emulator.dataDir);
  const curl = (...words: string[]) => ['curl -s', ...words.map((word) => shellWord(word))].join(' ');
  const release = curl('-X', 'POST', `${sandboxes.erp.url}/sandbox/orders`, '-H', json, '-d', '{"count":1}');
  const pull = `npm run pull -- --go --local ${folder}`;
  const complete = curl(
    '-X',
    'POST',
    `${sandboxes.azumuta.url}/sandbox/productorders/<number, / as %2F>/complete`,
    '-H',
    json,
    '-d',
    '{}',
  );
  const addresses = [
    sandboxed.azumuta ? `Azumuta sandbox ${sandboxes.azumuta.url}` : '',
    sandboxed.erp ? `ERP sandbox ${sandboxes.erp.url}` : '',
  ].filter(Boolean);
  const released = sandboxed.erp
    ? [
        "Release one more order in the ERP, pull it, complete it, and look into the ERP's books:",
        '',
        `  ${release}`,
        `  ${pull}`,
        ...(sandboxed.azumuta ? [`  ${complete}`] : []),
        `  ${curl(`${sandboxes.erp.url}/sandbox/bookings`)}`,
      ]
    : [
        `Release an order in your ERP (${sandboxed.erpName}), pull it, and complete it; this books in your ERP:`,
        '',
        `  ${pull}`,
        ...(sandboxed.azumuta ? [`  ${complete}`] : []),
      ];
  return [
    '',
    sandboxSentence(sandboxed),
    '',
    `Try it by hand (an order that only Azumuta gets, as the ERP${sandboxed.erp ? ' sandbox' : ''} does not know it):`,
    '',
    `  ${curl(orderEndpoint.url, '-H', key, '-H', json, '-H', 'Prefer: wait=10', '-d', order)}`,
    `  ${curl(`${orderEndpoint.url}/MO%2FTRY-1`, '-H', key)}`,
    '',
    ...released,
    '',
    'The webhook, as Azumuta calls it:',
    '',
    `  ${curl(`${webhookUrl}?productOrderNumber=<number>`)}`,
    '',
    ...(addresses.length > 0 ? [addresses.join('    ')] : []),
    `AWS endpoint    ${emulator.awsEndpoint}`,
    `Logs            ${join(emulator.dataDir, 'logs')}    mails    ${join(emulator.dataDir, 'sns')}`,
    '',
    `Watch it travel, complete orders by hand, break the ERP:  npm run console -- --local ${folder}`,
    '',
    'Ctrl-C stops everything.',
  ];
}
