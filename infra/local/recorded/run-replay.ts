import { setTimeout as pause } from 'node:timers/promises';
import type { ProgressDisplay } from '../progress.ts';
import type { LocalSystem } from '../run-locally.ts';
import type { ReplayServer } from './replay-server.ts';
import { plannedForReplay } from './replayed-plant.ts';

export const replayedConfiguration = 'infra/local/recorded/replayed.config.ts';

/** What the configuration of a replay reads. @param plant Whose contract is taken, from the folder of that configuration; default: the lines of the recording. */
export function environmentOfReplay(
  { recording: { head }, baseUrl }: ReplayServer,
  plant: string | undefined,
) {
  return {
    AZUMUTA_BASE_URL: baseUrl,
    REPLAYED_ORDER: JSON.stringify(head.order),
    REPLAYED_CONTRACT: JSON.stringify(head.contract),
    REPLAYED_PLANT: plant ?? '',
  };
}

/** An order may wait for its slot, and for one retry. */
const longestReplayMs = 60_000;

/** Both flows with the one order of the recording. @returns what is said of it. @throws Error with what became of it instead */
export async function runReplay(
  system: LocalSystem,
  server: ReplayServer,
  step: ProgressDisplay['step'],
  signal: AbortSignal,
): Promise<string[]> {
  const { erp, orderEndpoint, webhookUrl } = system;
  const { order } = server.recording.head;
  const until = (event: string) => awaitEvent(system, server, event, signal);
  const quantity = plannedForReplay(order);
  await step('Orders out: ERP → Azumuta', async () => {
    const { status, answer } = await erp.releaseAndSend(orderEndpoint, { quantity });
    if (status !== 202) throw new Error(`The order endpoint answered ${status}: ${answer}`);
    await until('created');
  });
  await step('Work done in Azumuta', async () => {
    const status = await server.complete(webhookUrl);
    if (status >= 300)
      throw new Error(`The trigger was answered with ${status}: look at azumuta.contract.trigger.`);
  });
  await step('Results back: Azumuta → ERP', () => until('booked'));
  const booked = erp.bookings().map(({ goodQuantity }) => goodQuantity);
  const said = order.recorded?.value ?? quantity;
  const sentence = `${order.number}: ${said} recorded in Azumuta, ${booked.join(' and ')} booked in the ERP.`;
  if (booked.length !== 1 || Number(booked[0]) !== Number(said)) throw new Error(sentence);
  return [sentence];
}

async function awaitEvent(
  { ledger }: LocalSystem,
  { recording, replay }: ReplayServer,
  wanted: string,
  signal: AbortSignal,
): Promise<void> {
  const { number } = recording.head.order;
  for (const end = Date.now() + longestReplayMs; ; await pause(150, undefined, { signal })) {
    const journey = await ledger.journeys.readJourney(number);
    if (journey.some(({ event }) => event === wanted)) return;
    const ended = journey.find(({ event }) => event === 'dead-lettered');
    if (ended === undefined && Date.now() < end) continue;
    const last = ended ?? journey.at(-1);
    const why = last === undefined ? 'nothing came of it' : `${last.event}: ${last.note ?? ''}`;
    const asked = [...new Set(replay.unanswered)].map((call) => ` The recording has no answer to ${call}.`);
    throw new Error(`${number} is not ${wanted}: ${why}${asked.join('')}`);
  }
}
