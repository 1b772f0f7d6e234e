import type { TriggerRequest } from '../partners/azumuta.ts';
import type { ScenarioEvent } from '../scenario/scenario-event.ts';
import type { Chance } from './chance.ts';
import { minuteMs } from './moments.ts';
import { type Plant, webhookToken } from './plant.ts';
import type { Timeline } from './timeline.ts';
import type { VirtualTime } from './virtual-time.ts';

/**
 * Delivers Azumuta's triggers to the webhook endpoint. Nothing is known of what Azumuta does if the endpoint does not
 * answer, so no trigger is repeated for that (shared/azumuta/README.md).
 */
export function createTriggerSender(
  events: readonly ScenarioEvent[],
  runtime: {
    readonly time: VirtualTime;
    readonly chance: Chance;
    readonly timeline: Timeline;
    /** A function, because the plant and its partners refer to each other. */
    readonly plant: () => Plant;
    /** Translates a trigger's body into Azumuta's dialect. Default: unchanged. */
    readonly spoken?: (body: string) => string;
    /** The trigger that Azumuta sends in its place, where a batch order triggers; undefined where it sends none. */
    readonly ofBatch?: (body: string) => string | undefined;
    /** The endpoint has accepted a trigger. */
    readonly accepts?: (body: string) => void;
    /** Called with each event that happens. */
    readonly happens: (event: ScenarioEvent) => void;
  },
): { readonly send: (request: TriggerRequest) => void; readonly accepted: ReadonlyMap<string, number> } {
  const { time, chance, timeline, plant, happens, accepts, ofBatch = (body) => body } = runtime;
  const { spoken = (body: string) => body } = runtime;
  const becomes = new Map(events.flatMap((one) => (one.kind === 'trigger' ? [[one.nth, one] as const] : [])));
  /** When the endpoint accepted this body last. */
  const accepted = new Map<string, number>();
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
        if (status >= 300) return;
        accepted.set(body, time.now());
        accepts?.(body);
      });
    });
  }

  function send({ init }: TriggerRequest): void {
    sent += 1;
    const own = typeof init.body === 'string' ? init.body : '';
    const body = ofBatch(own);
    const found = becomes.get(sent);
    if (found) happens(found);
    const how = found?.becomes;
    timeline.note(
      'Azumuta',
      () =>
        `trigger ${sent}${how === undefined ? '' : ` is ${how}`}: ${body ?? 'none, as its batch order is not completed'}`,
    );
    if (how === 'lost' || body === undefined) return;
    const ms = how === 'late' ? chance.between(1, 120) * minuteMs : chance.between(20, 800);
    arriveAfter(ms, body);
    if (how === 'doubled') arriveAfter(chance.between(0, 600_000), body);
    // The function that asks Azumuta takes about that long.
    if (how === 'doubled at once') arriveAfter(ms + chance.between(200, 600), body);
  }

  return { send, accepted };
}
