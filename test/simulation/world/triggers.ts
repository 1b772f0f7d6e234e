import type { TriggerRequest } from '../partners/azumuta.ts';
import type { Happening } from '../scenario/happening.ts';
import type { Chance } from './chance.ts';
import { minuteMs } from './moments.ts';
import { type Plant, webhookToken } from './plant.ts';
import type { Timeline } from './timeline.ts';
import type { VirtualTime } from './virtual-time.ts';

/**
 * Azumuta's triggers on their way to the door. Nothing is known of what Azumuta does when the door does not answer, so
 * none is sent a second time for that (AZUMUTA.md).
 */
export function createTriggerSender(
  happenings: readonly Happening[],
  surroundings: {
    readonly time: VirtualTime;
    readonly chance: Chance;
    readonly timeline: Timeline;
    /** The plant knows its partners, and they know its door. */
    readonly plant: () => Plant;
    /** A body as Azumuta says it. Default: as it is assumed to. */
    readonly spoken?: (body: string) => string;
    /** Told of each happening that happens. */
    readonly happens: (happening: Happening) => void;
  },
): { readonly send: (request: TriggerRequest) => void; readonly heard: ReadonlySet<string> } {
  const { time, chance, timeline, plant, happens, spoken = (body) => body } = surroundings;
  const becomes = new Map(
    happenings.flatMap((one) => (one.kind === 'trigger' ? [[one.nth, one] as const] : [])),
  );
  const heard = new Set<string>();
  let sent = 0;

  function arriveAfter(ms: number, body: string): void {
    time.after(ms, () => {
      const event = {
        headers: {},
        requestContext: {
          http: { method: 'POST', sourceIp: '192.0.2.2' },
          requestId: chance.id(),
        },
        pathParameters: { event: 'product-order-completed', token: webhookToken },
        rawQueryString: '',
        body: spoken(body),
        isBase64Encoded: false,
      };
      plant().call('receive-webhook', event, (status) => {
        timeline.note('Azumuta', () => `trigger ${body}: answered ${status}`);
        if (status < 300) heard.add(body);
      });
    });
  }

  function send({ init }: TriggerRequest): void {
    sent += 1;
    const body = typeof init.body === 'string' ? init.body : '';
    const found = becomes.get(sent);
    if (found) happens(found);
    const how = found?.becomes;
    timeline.note('Azumuta', () => `trigger ${sent}${how === undefined ? '' : ` is ${how}`}: ${body}`);
    if (how === 'lost') return;
    arriveAfter(how === 'late' ? chance.between(1, 120) * minuteMs : chance.between(20, 800), body);
    if (how === 'twice') arriveAfter(chance.between(0, 600_000), body);
  }

  return { send, heard };
}
