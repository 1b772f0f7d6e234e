import * as z from 'zod/mini';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { type FlowName, flowNames, type Pause } from '../../../shared/ledger/records/pauses.ts';
import { capitalized } from '../../../shared/model/text.ts';
import { hourMs } from '../../../shared/model/time.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { flows, whyPaused } from '../../../shared/situation/pauses.ts';
import {
  type CommandAnswer,
  defineCommand,
  type NamedStack,
  type OptionsOf,
  oneOf,
  option,
  stackOptions,
  type TypedCommandLine,
  textOption,
  UsageError,
} from '../cli/command.ts';

/** A pause that is planned for longer is no maintenance. */
const mostHours = 30 * 24;

export interface PauseDependencies {
  readonly ledger: Pick<Ledger, 'pauses'>;
  readonly clock: Pick<Clock, 'now'>;
}

const words = { '[flow]': `${flowNames.join(', ')}, or all` };

const pauseOptions = {
  ...stackOptions,
  because: textOption('<text>', 'why, for everybody who sees that it is paused'),
  hours: option(
    '<number>',
    'for how many hours it is planned; nothing resumes it by itself',
    z.exactOptional(z.coerce.number().check(z.gt(0), z.lte(mostHours))),
  ),
};

export const pauseCommand = defineCommand({
  name: 'pause',
  description:
    'Pauses a flow, for the maintenance of a partner. New orders and completions wait in their queues.',
  help: `${flowLines()}

Examples:
  npm run pause -- bookings --stack AzumutaErp-ghent-production --because "stock-taking" --hours 4
  npm run pause -- all --stack AzumutaErp-ghent-production --because "update of the ERP"

Every view says who has paused it, and why.
${whatPauseDoes()}`,
  words,
  options: pauseOptions,
});

export const resumeCommand = defineCommand({
  name: 'resume',
  description: 'Resumes a flow that was paused.',
  help: `${flowLines()}

Examples:
  npm run resume -- bookings --stack AzumutaErp-ghent-production
  npm run resume -- all --stack AzumutaErp-ghent-production

${whatPauseDoes()}`,
  words,
  options: stackOptions,
});

function flowLines(): string {
  const lines = Object.entries(flows).map(
    ([flow, { does, partners }]) => `  ${flow.padEnd(12)} ${does} (calls ${partners})`,
  );
  return `
Flows:
${lines.join('\n')}`;
}

function whatPauseDoes(): string {
  return `A pause is a mark in the ledger, which acts within seconds. New orders and completions are still accepted, and messages
that are under way are finished. The others wait in their queues; after resume, ${flows.bookings.resumed}.
${flows.bookings.lost}
What is paused, with a warning some days before that: npm run doctor -- --stack <stack>
To send dead letters again: npm run replay -- --stack <stack>

What a pause does to the alarms: infra/RUNBOOK.md, PartnerDown.

Exit codes: 0 done · 1 failed · 2 wrong command line`;
}

type Find = () => Promise<NamedStack<PauseDependencies>>;

/** Pauses what was typed. @param find Called once the words are complete. @throws UsageError */
export async function pauseAsTyped(
  {
    options: { because, hours },
    words: [given],
  }: Pick<TypedCommandLine<OptionsOf<typeof pauseOptions>>, 'options' | 'words'>,
  find: Find,
): Promise<CommandAnswer> {
  const chosen = chosenFlows(given);
  if (because === undefined) throw new UsageError('Say why: --because "…".');
  const { name, where, dependencies, sign } = await find();
  const { ledger, clock } = dependencies;
  const now = clock.now();
  const note = await sign(because);
  const until = hours === undefined ? undefined : new Date(now.getTime() + hours * hourMs);
  const outcomes = [];
  for (const flow of chosen)
    outcomes.push({ flow, already: await ledger.pauses.pauseFlow(flow, { note, until }) });
  const paused = await ledger.pauses.readPaused();
  const lines = outcomes.flatMap(({ flow, already }) => {
    const { does, meanwhile } = flows[flow];
    const begun = already ? `${does} was paused already` : `${does} is paused`;
    const says = [`${flow}: ${begun}.`, whyInWords(paused[flow], now), meanwhile, 'Resume it with:'];
    return [says.join(' '), `  npm run resume -- ${flow} ${where}`];
  });
  return { facts: { target: name, flows: outcomes }, lines };
}

/** Somebody may have resumed it right then. */
function whyInWords(pause: Pause | undefined, now: Date): string {
  return pause === undefined ? 'Somebody has resumed it meanwhile.' : whyPaused(pause, now);
}

/** Resumes what was typed. @param find Called once the words are complete. @throws UsageError */
export async function resumeAsTyped(
  { words: [given] }: Pick<TypedCommandLine<unknown>, 'words'>,
  find: Find,
): Promise<CommandAnswer> {
  const chosen = chosenFlows(given);
  const { name, dependencies } = await find();
  const outcomes = [];
  for (const flow of chosen)
    outcomes.push({ flow, already: await dependencies.ledger.pauses.resumeFlow(flow) });
  const lines = outcomes.map(({ flow, already }) => {
    const { does, resumed } = flows[flow];
    if (already) return `${flow}: ${does} is resumed (it was not paused).`;
    return `${flow}: ${does} is resumed. ${capitalized(resumed)}.`;
  });
  return { facts: { target: name, flows: outcomes }, lines };
}

/** @throws UsageError */
function chosenFlows(given: string | undefined): readonly FlowName[] {
  if (given === undefined) throw new UsageError(`Say which flow: ${flowNames.join(', ')} or all.`);
  const chosen = oneOf([...flowNames, 'all'], given, 'flow');
  return chosen === 'all' ? flowNames : [chosen];
}
