import * as z from 'zod/mini';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import {
  type FlowName,
  flowNames,
  type Pause,
  type PauseOutcome,
} from '../../../shared/ledger/records/pauses.ts';
import { capitalized } from '../../../shared/model/text.ts';
import { hourMs } from '../../../shared/model/time.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { flows, whyPaused } from '../../../shared/situation/pauses.ts';
import {
  type CommandAnswer,
  defineCommand,
  momentOf,
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
/** What ends later was mistyped. */
const mostUntilMs = 366 * 24 * hourMs;

export interface PauseDependencies {
  readonly ledger: Pick<Ledger, 'pauses'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Of the plant. */
  readonly timeZone: string;
}

const words = { '[flow]': `${flowNames.join(', ')}, or all` };

const pauseOptions = {
  ...stackOptions,
  because: textOption('<text>', 'why, for everybody who sees that it is paused'),
  hours: option(
    '<number>',
    'for how many hours it is planned; it does not end by itself',
    z.exactOptional(z.coerce.number().check(z.gt(0), z.lte(mostHours))),
  ),
  until: textOption(
    '<day or time>',
    'when it ends by itself: 2027-08-16 (as the day begins), 2027-08-16T06:00+02:00',
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
  npm run pause -- all --stack AzumutaErp-ghent-production --because "summer closure" --until 2027-08-16

Every view says who has paused it, why, and until when. A pause with --until ends by itself; until then it can be given another
end in the same way, and resume ends it before. While all flows are paused until a time, nothing is sent about what is late
or waits because of that, nobody is reminded of anything, and there is no morning mail. Its end is said once. After a rollback to
0.3.0, which does not know --until, somebody resumes.
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
that are under way are finished. The others wait in their queues, however long it lasts; after it, ${flows.bookings.resumed}.
What is paused, and what waits because of it: npm run doctor -- --stack <stack>
To send dead letters again: npm run replay -- --stack <stack>

What a pause does to the alarms: infra/RUNBOOK.md, PartnerDown.

Exit codes: 0 done · 1 failed · 2 wrong command line`;
}

type Find = () => Promise<NamedStack<PauseDependencies>>;

/** Pauses what was typed. @param find Called once the words are complete. @throws UsageError */
export async function pauseAsTyped(
  { options, words: [given] }: Pick<TypedCommandLine<OptionsOf<typeof pauseOptions>>, 'options' | 'words'>,
  find: Find,
): Promise<CommandAnswer> {
  const chosen = chosenFlows(given);
  const { because, hours } = options;
  if (because === undefined) throw new UsageError('Say why: --because "…".');
  if (hours !== undefined && options.until !== undefined)
    throw new UsageError(
      'Say --hours, for how long it is planned, or --until, when it ends by itself: not both.',
    );
  const { name, where, dependencies, sign } = await find();
  const { ledger, clock, timeZone } = dependencies;
  const now = clock.now();
  const end = typedEnd(options, dependencies);
  const note = await sign(because);
  const outcomes = [];
  for (const flow of chosen)
    outcomes.push({ flow, outcome: await ledger.pauses.pauseFlow(flow, { note, ...end }) });
  const paused = await ledger.pauses.readPaused();
  const lines = outcomes.flatMap(({ flow, outcome }) => {
    const { does, meanwhile } = flows[flow];
    const begun = `${does} ${pauseOutcomeWords[outcome]}`;
    const ended = end.ends === undefined ? 'Resume it with:' : 'Resume it before with:';
    const says = [`${flow}: ${begun}.`, whyInWords(paused[flow], now, timeZone), meanwhile, ended];
    return [says.join(' '), `  npm run resume -- ${flow} ${where}`];
  });
  const facts = outcomes.map(({ flow, outcome }) => ({ flow, already: outcome !== 'begun', outcome }));
  return { facts: { target: name, until: end.until?.toISOString(), flows: facts }, lines };
}

/** What became of a pause, after its subject. */
export const pauseOutcomeWords: Readonly<Record<PauseOutcome, string>> = {
  begun: 'is paused',
  already: 'was paused already',
  'end changed': 'was paused already, and has another end now',
};

/** @throws UsageError */
function typedEnd(
  { hours, until }: Pick<OptionsOf<typeof pauseOptions>, 'hours' | 'until'>,
  { clock, timeZone }: PauseDependencies,
): Pick<Pause, 'until' | 'ends'> {
  if (hours !== undefined) return { until: new Date(clock.now().getTime() + hours * hourMs) };
  return until === undefined ? {} : pauseUntil(momentOf(until, timeZone), until, clock.now());
}

/** A pause that ends by itself. @param typed As somebody has typed it. @throws UsageError when it has passed, or is far away. */
export function pauseUntil(until: Date, typed: string, now: Date): Pick<Pause, 'until' | 'ends'> {
  const leftMs = until.getTime() - now.getTime();
  if (leftMs <= 0)
    throw new UsageError(`"${typed}" has passed: say a date or a time to come, at which the pause ends.`);
  if (leftMs > mostUntilMs)
    throw new UsageError(`"${typed}" is more than a year away: say a date within a year, or leave it out.`);
  return { until, ends: 'by itself' };
}

/** Somebody may have resumed it right then. */
function whyInWords(pause: Pause | undefined, now: Date, timeZone: string): string {
  return pause === undefined ? 'Somebody has resumed it meanwhile.' : whyPaused(pause, now, timeZone);
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
