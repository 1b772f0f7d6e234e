import { createApi, createApiKeyGuard } from '../../../infra/local/sandbox/api.ts';
import { catalogueOf } from '../../../infra/local/sandbox/azumuta/catalogue.ts';
import type { CompletionRequest } from '../../../infra/local/sandbox/azumuta/complete.ts';
import { shopFloorRoutes } from '../../../infra/local/sandbox/azumuta/control-routes.ts';
import { apiRoutes } from '../../../infra/local/sandbox/azumuta/routes.ts';
import {
  openStore,
  type ProductOrderRecord,
  type RecordingRecord,
} from '../../../infra/local/sandbox/azumuta/store.ts';
import type { Trigger } from '../../../infra/local/sandbox/azumuta/triggers.ts';
import { inMemory } from '../../../infra/local/sandbox/database.ts';
import { answeredBy } from '../../support/answered.ts';
import type { Answer, Received } from '../../support/server.ts';

export interface AzumutaModelOptions {
  readonly now: () => Date;
  /** Another text each time: for product orders, recordings, operators and keys. */
  readonly newId: () => string;
  /** Numbers of the articles that are configured; those of an ERP model are its `articles`. */
  readonly articles: readonly string[];
  /** Called for each call of a trigger, which is not waited for: it may be lost, and nothing sends it again. */
  readonly sendTrigger: (request: TriggerRequest) => void;
  /** As an administrator configures them. Default: a POST to `webhookUrl`. */
  readonly triggers?: readonly Trigger[];
}

/** One call of a trigger, as the built-in fetch takes it. */
export interface TriggerRequest {
  readonly url: URL;
  readonly init: RequestInit;
}

/** A product order in Azumuta's own books. */
export interface BuiltProductOrder {
  readonly id: string;
  readonly number: string;
  /** Number of the article. */
  readonly article: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly status: ProductOrderRecord['status'];
  /** ISO instant; null while it is open. */
  readonly completedAt: string | null;
  /** All that there are, oldest first; those before it was opened again stay. */
  readonly recordings: readonly ModelRecording[];
}

/** What an operator recorded while executing one work instruction. */
export interface ModelRecording {
  readonly id: string;
  /** ISO instant. */
  readonly finishedAt: string;
  /** Undefined where it was not recorded. */
  readonly good: number | undefined;
  readonly scrap: number | undefined;
  readonly serials: readonly string[];
}

/**
 * Azumuta of the simulation: the sandbox's routes without a network, and the people who work in it. Its acts answer
 * undefined when there is no such product order, or none that it can be done to; several may bear one number.
 */
export interface AzumutaModel {
  readonly answer: (call: Received) => Answer;
  /** The key that is right now. */
  readonly apiKey: string;
  /** Replaces the key: the one before is refused from now on. */
  readonly rotate: () => string;
  /** Operators record and complete the oldest open one with this number, or the one with this `id`; triggers are sent. */
  readonly complete: (number: string, how?: CompletionRequest) => BuiltProductOrder | undefined;
  /** Opens the newest completed one again. */
  readonly reopen: (number: string) => BuiltProductOrder | undefined;
  /** Gives the newest another number; its id stays. */
  readonly rename: (number: string, to: string) => BuiltProductOrder | undefined;
  /** Deletes the newest, with its recordings (ASSUMED); it is told as it was. */
  readonly remove: (number: string) => BuiltProductOrder | undefined;
  /** Sends the triggers of the newest once more. */
  readonly triggerAgain: (number: string) => BuiltProductOrder | undefined;
  /** Somebody creates a product order in Azumuta's own screens; undefined for an article that is not configured. */
  readonly typeByHand: (
    number: string,
    article: string,
    parameters?: Readonly<Record<string, string | number>>,
  ) => BuiltProductOrder | undefined;
  /** All, oldest first. */
  readonly productOrders: () => readonly BuiltProductOrder[];
  /** Frees what it holds; it answers no more. */
  readonly close: () => void;
}

/** Where triggers are sent by default: the path is that of the HTTP API, with a token that is none. */
export const webhookUrl =
  'https://integration.example.com/webhooks/azumuta/product-order-completed/webhook-token';

export function createAzumutaModel(options: AzumutaModelOptions): AzumutaModel {
  const { now, newId, sendTrigger, triggers = [{ method: 'POST', url: webhookUrl, ids: 'list' }] } = options;
  const catalogue = catalogueOf(plantWith(options.articles));
  const store = openStore(inMemory);
  store.saveSetting('triggers', triggers);
  const azumuta = { catalogue, store, now, newId, pageSize: 50, nextAs: 'path' } as const;
  const routes = apiRoutes(azumuta);
  const open = createApi(routes);
  const shopFloor = createApi(shopFloorRoutes(azumuta, senderTo(sendTrigger)));
  const apiWith = (key: string) => createApi(routes, createApiKeyGuard(key, 1e9, now));
  let apiKey = newId();
  let api = apiWith(apiKey);

  /** What is done in Azumuta's own screens, and what it makes of the product order. */
  function done(screen: typeof open, path: string, body: unknown = {}): BuiltProductOrder | undefined {
    const url = new URL(path, 'https://app.azumuta.com');
    const given = answeredBy(screen, { method: 'POST', url, headers: {}, body: JSON.stringify(body) });
    const id = given.status === 200 && Object(given.body).id;
    const order = typeof id === 'string' ? store.productOrder(id) : undefined;
    return order && builtOf(order);
  }

  const act = (number: string, what: string, body?: unknown) =>
    done(shopFloor, `/sandbox/productorders/${encodeURIComponent(number)}/${what}`, body);

  function builtOf({
    id,
    number,
    articleId,
    parameters,
    status,
    completedAt,
  }: ProductOrderRecord): BuiltProductOrder {
    const article = catalogue.articles.find((known) => known.id === articleId)?.number ?? articleId;
    return {
      id,
      number,
      article,
      parameters: Object.fromEntries(parameters.map(({ key, value }) => [key, value])),
      status,
      completedAt,
      recordings: store.recordingsOf(id).map(readRecording),
    };
  }

  return {
    answer: (call) => answeredBy(api, call),
    get apiKey() {
      return apiKey;
    },
    rotate() {
      apiKey = newId();
      api = apiWith(apiKey);
      return apiKey;
    },
    complete: (number, how = {}) => act(number, 'complete', how),
    reopen: (number) => act(number, 'reopen'),
    rename: (number, to) => act(number, 'rename', { number: to }),
    remove(number) {
      const last = store.productOrdersNumbered(number).at(-1);
      const built = last && builtOf(last);
      act(number, 'remove');
      return built;
    },
    triggerAgain: (number) => act(number, 'trigger'),
    typeByHand(number, article, parameters = {}) {
      const articleId = catalogue.articles.find((known) => known.number === article)?.id;
      const listed = Object.entries(parameters).map(([key, value]) => ({ key, value }));
      return done(open, '/api/v1/productorders', { number, articleId, parameters: listed });
    },
    productOrders: () => store.productOrders().map(builtOf),
    close: () => store.database.close(),
  };
}

/** Nobody learns what became of a call: its answer stays out for ever. */
function senderTo(sendTrigger: AzumutaModelOptions['sendTrigger']) {
  const unheard = new AbortController().signal;
  return {
    timeout: () => unheard,
    fetch(url: URL, init: RequestInit) {
      sendTrigger({ url, init });
      return new Promise<Response>(() => {});
    },
  };
}

/** Two work instructions for every article, of which the last one records quantities and serial numbers. */
function plantWith(articles: readonly string[]) {
  const articleCategory = 'products';
  return {
    articleCategories: [{ key: articleCategory, name: 'Products' }],
    workInstructions: [
      {
        key: 'assembly',
        name: 'Assembly',
        version: 1,
        articleCategory,
        steps: [{ name: 'Housing cleaned', type: 'confirmation' }],
      },
      {
        key: 'inspection',
        name: 'Inspection',
        version: 1,
        articleCategory,
        steps: [
          { name: 'Serial number', type: 'choice', records: 'serial' },
          { name: 'Good quantity', type: 'number', records: 'good-quantity' },
          { name: 'Scrap quantity', type: 'number', records: 'scrap-quantity' },
        ],
      },
    ],
    articles: articles.map((number) => ({
      number,
      name: number,
      articleCategory,
      variants: ['Left', 'Right', 'ATEX'],
      parameters: [
        { key: 'Quantity', valueType: 'Number' },
        { key: 'Source', valueType: 'Text' },
      ],
      workInstructions: ['assembly', 'inspection'],
    })),
  };
}

function readRecording({ id, finishedAt, steps }: RecordingRecord): ModelRecording {
  const values = (wanted: string) => steps.flatMap(({ name, value }) => (name === wanted ? [value] : []));
  const figure = (wanted: string) => values(wanted).map(Number).at(-1);
  return {
    id,
    finishedAt,
    good: figure('Good quantity'),
    scrap: figure('Scrap quantity'),
    serials: values('Serial number').map(String),
  };
}
