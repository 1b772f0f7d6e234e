import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import type { ErpOrderRef } from '../../../shared/model/orders.ts';
import { type Dialect, inDialect, triggerIn } from '../../support/dialects/dialect.ts';
import type { Answer } from '../../support/server.ts';
import { createWatch, type Watch } from '../invariants/watch.ts';
import { type AzumutaModel, type BuiltProductOrder, createAzumutaModel } from '../partners/azumuta.ts';
import { type ErpModel, erpModels } from '../partners/erp.ts';
import { drawnFates } from '../scenario/fates.ts';
import type { Happening, Outage } from '../scenario/happening.ts';
import type { Scenario } from '../scenario/scenario.ts';
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
  readonly integration: CompleteIntegration;
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
  readonly setOutage: (partner: PartnerName, outage: PartnerOutage | undefined) => void;
  /** So long the indexes lag behind the table from now on, beside their usual moment. */
  readonly setIndexLag: (seconds: number) => void;
  /**
   * An operator replaces a secret. The partner refuses the one before from now on; Secrets Manager has the new one when
   * what this returns is called.
   */
  readonly rotate: (partner: PartnerName) => () => void;
  /** From now on an ERP order of this number is mapped to that product order number. */
  readonly shareNumber: (number: string, productOrderNumber: string) => void;
  /** Frees what the models hold. */
  readonly close: () => void;
  /** Does something in the ERP in a transaction that began so many minutes ago: its time is that of what it writes. */
  readonly written: <T>(minutesAgo: number, act: () => T) => T;
}

/** How a partner is out of reach, and what happens once a call meets it. */
interface PartnerOutage {
  readonly how: Outage;
  readonly by: Happening;
}

/** Indexes follow their table within a moment, but for the times when they lag. */
const usualLagMs = 300;

/**
 * @param isRead Whether somebody will read the timeline.
 * @param dialect How Azumuta talks. Default: as it is assumed to.
 */
export function createWorld(scenario: Scenario, isRead: boolean, dialect?: Dialect): World {
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
    spoken: (body) => (dialect ? triggerIn(dialect, body) : body),
  });
  const azumuta: AzumutaModel = createAzumutaModel({
    now,
    newId: dialect?.newId ?? chance.id,
    articles: Object.values(erp.articles),
    sendTrigger: triggers.send,
  });
  const secrets = new Map([
    ['webhook-token', JSON.stringify({ current: webhookToken })],
    ['order-api-key', JSON.stringify({ current: orderApiKey })],
    ['azumuta-api-key', JSON.stringify({ apiKey: azumuta.apiKey })],
    ['erp-credentials', JSON.stringify(erp.credentials)],
  ]);
  const outages = new Map<PartnerName, PartnerOutage>();
  const models = {
    azumuta: dialect ? inDialect(dialect, azumuta.answer) : azumuta.answer,
    erp: erp.answer,
  };
  let lagSeconds = 0;
  let calls = 0;
  const shared = new Map<string, string>();
  const fates = drawnFates(scenario, chance.fork(), happens);
  const watch = createWatch({
    now: time.now,
    table: () => plant.table,
    isCalm: () => ![...happened].some(({ kind }) => /^(call|outage|secret|ERP)/.test(kind)),
    limit: scenario,
  });
  const integration = integrationOf(scenario, erp, shared, dialect?.contract);
  const plant: Plant = createPlant({
    time,
    chance,
    timeline,
    unexpected: (sentence) => unexpected.add(sentence),
    integration,
    fateOf(stage, service) {
      const fate = fates.of(stage, service);
      const outage = service === 'azumuta' || service === 'erp' ? outages.get(service) : undefined;
      if (outage?.how !== 'is slow') return fate;
      happens(outage.by);
      return { ...fate, slowMs: chance.between(2_000, 20_000) };
    },
    indexLagMs: () => chance.between(0, usualLagMs) + lagSeconds * 1000,
    comesTwice: placesOf('message comes twice', scenario.happenings, happens),
    isDeleteLost: placesOf('delete is lost', scenario.happenings, happens),
    secrets,
    watch,
    partner: (name) => (call) => {
      calls += 1;
      const outage = outages.get(name);
      if (outage) happens(outage.by);
      return answered(models[name], outage?.how, call);
    },
  });

  return {
    scenario,
    integration,
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
      if (partner === 'azumuta') azumuta.rotate();
      else erp.rotate();
      // It may have been rotated again by then.
      return () =>
        partner === 'azumuta'
          ? plant.secrets.set('azumuta-api-key', JSON.stringify({ apiKey: azumuta.apiKey }))
          : plant.secrets.set('erp-credentials', JSON.stringify(erp.credentials));
    },
    shareNumber: (number, productOrderNumber) => void shared.set(number, productOrderNumber),
    close() {
      plant.close();
      azumuta.close();
      erp.close();
    },
  };
}

const page = { 'content-type': 'text/html' };
/** What a partner that is out of reach answers; the others throw, or answer later. */
const outageAnswers: Readonly<Partial<Record<Outage, Answer>>> = {
  'answers 503': { status: 503 },
  'answers 503 with a page': { status: 503, headers: page, body: '<h1>Service Unavailable</h1>' },
  'answers 200 with a page': { headers: page, body: '<h1>Maintenance</h1>' },
  'answers 403': { status: 403 },
  'answers 404 with a page': { status: 404, headers: page, body: '<h1>Not Found</h1>' },
  'refuses our credentials': { status: 401 },
};

function answered(
  model: PartnerModel,
  outage: Outage | undefined,
  call: Parameters<PartnerModel>[0],
): Answer {
  if (outage === 'refuses connections') throw broken('ECONNREFUSED');
  return (outage && outageAnswers[outage]) ?? model(call);
}

/** At which messages or batches of a queue something of this kind happens. */
function placesOf(
  kind: 'message comes twice' | 'delete is lost',
  happenings: readonly Happening[],
  happens: (happening: Happening) => void,
) {
  const places = new Map<string, Happening>(
    happenings.flatMap((one) => (one.kind === kind ? [[`${one.queue} ${one.nth}`, one] as const] : [])),
  );
  return (queue: string, nth: number) => {
    const found = places.get(`${queue} ${nth}`);
    if (found) happens(found);
    return found !== undefined;
  };
}
