import type { ErpOrderRef } from '../../../shared/model/orders.ts';
import type { Answer } from '../../support/server.ts';
import { createWatch, type Watch } from '../invariants/watch.ts';
import { type AzumutaModel, type BuiltProductOrder, createAzumutaModel } from '../partners/azumuta.ts';
import { type ErpModel, erpModels } from '../partners/erp.ts';
import { drawnFates } from '../scenario/fates.ts';
import type { Happening, Scenario } from '../scenario/scenario.ts';
import { type Chance, createChance } from './chance.ts';
import { integrationOf, sourceParameter } from './integration.ts';
import { beginning, minuteMs } from './moments.ts';
import { broken } from './network.ts';
import { createPlant, orderApiKey, type Plant, webhookToken } from './plant.ts';
import type { PartnerModel, PartnerName } from './process.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { createTriggerSender } from './triggers.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';

/** All of one run: the deployed functions, the services that they are deployed to, and both partners. */
export interface World {
  readonly scenario: Scenario;
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly timeline: Timeline;
  readonly erp: ErpModel;
  readonly azumuta: AzumutaModel;
  readonly plant: Plant;
  /** Of the scenario's happenings, those that have happened: an accident at a hundredth call may never come. */
  readonly happened: ReadonlySet<Happening>;
  readonly happens: (happening: Happening) => void;
  /** What no function should throw, and was thrown, each once. */
  readonly unexpected: ReadonlySet<string>;
  readonly watch: Watch;
  /** Calls that reached a partner, over all functions. */
  readonly calls: () => number;
  /** Whether the ledger has the id of a product order. */
  readonly isKnown: (productOrder: BuiltProductOrder) => boolean;
  /** Whether the door took a trigger that names this recording. */
  readonly wasHeard: (recordingId: string) => boolean;
  /** What an ERP order became in Azumuta, oldest first: told by a parameter that nothing of what is judged reads. */
  readonly madeFor: (order: ErpOrderRef) => readonly BuiltProductOrder[];
  /** From now on a partner is out of reach so; undefined: it is well again. */
  readonly setOutage: (partner: PartnerName, outage: Outage | undefined) => void;
  /** So long the indexes lag behind the table from now on, beside their usual moment. */
  readonly setIndexLag: (seconds: number) => void;
  /** An operator sets a new secret in the partner, then in Secrets Manager. */
  readonly rotate: (partner: PartnerName) => void;
  /** Frees what the models hold. */
  readonly close: () => void;
  /** Does something in the ERP in a transaction that began so many minutes ago: its time is that of what it writes. */
  readonly written: <T>(minutesAgo: number, act: () => T) => T;
}

type Outage = Extract<Happening, { kind: 'outage' }>;

/** Indexes follow their table within a moment, but for the times when they lag. */
const usualLagMs = 300;

/** @param isRead Whether somebody will read the timeline. */
export function createWorld(scenario: Scenario, isRead: boolean): World {
  const chance = createChance(scenario.seed ^ 0x5bd1e995);
  const time = createVirtualTime(beginning);
  const timeline = createTimeline(isRead, time.now);
  const now = () => new Date(time.now());
  let behindMs = 0;
  const erp = erpModels[scenario.erp]({ now: () => new Date(time.now() - behindMs), newId: chance.id });
  const happened = new Set<Happening>();
  const happens = (happening: Happening) => void happened.add(happening);
  const unexpected = new Set<string>();
  const triggers = createTriggerSender(scenario.happenings, {
    ...{ time, chance, timeline, happens },
    plant: () => plant,
  });
  const azumuta: AzumutaModel = createAzumutaModel({
    now,
    newId: chance.id,
    articles: Object.values(erp.articles),
    sendTrigger: triggers.send,
  });
  const secrets = new Map([
    ['webhook-token', JSON.stringify({ current: webhookToken })],
    ['order-api-key', JSON.stringify({ current: orderApiKey })],
    ['azumuta-api-key', JSON.stringify({ apiKey: azumuta.apiKey })],
    ['erp-credentials', JSON.stringify(erp.credentials)],
  ]);
  const outages = new Map<PartnerName, Outage>();
  const models = { azumuta: azumuta.answer, erp: erp.answer };
  let lagSeconds = 0;
  let calls = 0;
  const fates = drawnFates(scenario.happenings, chance.fork(), happens);
  const { atOnce } = scenario;
  const watch = createWatch({ now: time.now, table: () => plant.table, atOnce });
  const plant: Plant = createPlant({
    time,
    chance,
    timeline,
    unexpected: (sentence) => unexpected.add(sentence),
    integration: integrationOf(scenario, erp),
    fateOf: fates.of,
    indexLagMs: () => chance.between(0, usualLagMs) + lagSeconds * 1000,
    comesTwice: comesTwiceIn(scenario.happenings, happens),
    secrets,
    watch,
    partner: (name) => (call) => {
      calls += 1;
      const outage = outages.get(name);
      if (outage) happens(outage);
      return answered(models[name], outage, call);
    },
  });

  return {
    scenario,
    time,
    chance,
    timeline,
    erp,
    azumuta,
    plant,
    happened,
    happens,
    unexpected,
    watch,
    calls: () => calls,
    isKnown: ({ id }) => plant.table.items().some(({ azumutaId, sk }) => sk === 'ORDER' && azumutaId === id),
    wasHeard: (id) => [...triggers.heard].some((body) => body.includes(JSON.stringify(id))),
    madeFor: ({ id, number }) =>
      azumuta.productOrders().filter(({ parameters }) => parameters[sourceParameter] === (id ?? number)),
    setOutage(partner, outage) {
      if (outage) outages.set(partner, outage);
      else outages.delete(partner);
    },
    setIndexLag(seconds) {
      lagSeconds = seconds;
    },
    written(minutesAgo, act) {
      behindMs = minutesAgo * minuteMs;
      const done = act();
      behindMs = 0;
      return done;
    },
    rotate(partner) {
      if (partner === 'azumuta') {
        azumuta.rotate();
        plant.secrets.set('azumuta-api-key', JSON.stringify({ apiKey: azumuta.apiKey }));
      } else {
        erp.rotate();
        plant.secrets.set('erp-credentials', JSON.stringify(erp.credentials));
      }
    },
    close() {
      plant.close();
      azumuta.close();
      erp.close();
    },
  };
}

function answered(
  model: PartnerModel,
  outage: Outage | undefined,
  call: Parameters<PartnerModel>[0],
): Answer {
  if (outage?.how === 'refuses connections') throw broken('ECONNREFUSED');
  if (outage?.how === 'answers 503') return { status: 503 };
  if (outage?.how === 'refuses our credentials') return { status: 401 };
  return model(call);
}

/** Which of the messages that a queue has given out are given out once more. */
function comesTwiceIn(happenings: readonly Happening[], happens: (happening: Happening) => void) {
  const places = new Map<string, Happening>(
    happenings.flatMap((one) =>
      one.kind === 'message comes twice' ? [[`${one.queue} ${one.nth}`, one] as const] : [],
    ),
  );
  return (queue: string, nth: number) => {
    const found = places.get(`${queue} ${nth}`);
    if (found) happens(found);
    return found !== undefined;
  };
}
