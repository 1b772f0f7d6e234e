import { createApi, Refusal } from '../../../infra/local/sandbox/api.ts';
import {
  type Catalogue,
  type CatalogueInstruction,
  defineArticle,
  defineArticleCategory,
  defineWorkInstruction,
  type StepSource,
  workInstructionsOf,
} from '../../../infra/local/sandbox/azumuta/catalogue.ts';
import type { CompletionRequest, RecordingRecord } from '../../../infra/local/sandbox/azumuta/complete.ts';
import { azumutaApiRoutes, pathOfOperation } from '../../../infra/local/sandbox/azumuta/routes.ts';
import { shopFloorOf } from '../../../infra/local/sandbox/azumuta/shop-floor.ts';
import { openStore, type ProductOrderRecord } from '../../../infra/local/sandbox/azumuta/store.ts';
import { defaultBaseUrl } from '../../../shared/azumuta/contract.ts';
import type { Assembly } from '../../shared/erp/conformance/target.ts';
import { azumutaPeopleOn } from '../../support/azumuta-people.ts';
import type { Answer, Received } from '../../support/server.ts';

export interface AzumutaModelOptions {
  readonly now: () => Date;
  /** Unique texts, for ids of product orders, recordings and operators, and for keys. */
  readonly newId: () => string;
  /** Numbers of the configured articles; those of an ERP model are its `articles`. */
  readonly articles: readonly string[];
  /** Of these articles, Azumuta has none until they are created. Default: it has all. */
  readonly missing?: readonly string[];
  /** Of its article, the operators record everything. */
  readonly assembly?: Assembly | undefined;
  /** Whether they sign at its end. Default: nobody does. */
  readonly isSigned?: boolean;
  /** Called for each trigger. Nothing waits for its result: a trigger can be lost, and nothing sends it again. */
  readonly sendTrigger: (request: TriggerRequest) => void;
}

/** One trigger, as arguments of the built-in fetch. */
export interface TriggerRequest {
  readonly url: URL;
  readonly init: RequestInit;
}

/** A product order as it is stored in Azumuta. */
export type BuiltProductOrder = ReturnType<AzumutaModel['productOrders']>[number];

/** The values that an operator recorded while executing one work instruction. */
export type ModelRecording = ReturnType<typeof readRecording>;

export type AzumutaModel = ReturnType<typeof createAzumutaModel>;

type RecordedStep = RecordingRecord['steps'][number];

/** Target of triggers: the path of the HTTP API, with a token that is not valid. */
const webhookUrl = 'https://integration.example.com/webhooks/azumuta/product-order-completed/webhook-token';

/**
 * Azumuta in the simulation: the sandbox's routes without a network, and the people who work in it. An act returns
 * undefined when no product order fits. Several product orders may have the same number.
 */
export function createAzumutaModel(options: AzumutaModelOptions) {
  const { now, newId, sendTrigger } = options;
  const catalogue = plantWith(options);
  const store = openStore();
  store.triggers = [{ method: 'POST', url: webhookUrl, ids: 'list' }];
  const azumuta = { catalogue, store, now, newId };
  const missing = new Set(options.missing);
  const isThere = ({ number }: Catalogue[number]) => !missing.has(number);
  const floor = { ...shopFloorOf(azumuta, senderTo(sendTrigger)), ...azumutaPeopleOn(store) };
  /** Default: everybody may call. */
  const apiWith = (key?: string) =>
    createApi(azumutaApiRoutes({ ...azumuta, catalogue: catalogue.filter(isThere) }), key);
  let apiKey = newId();
  let api = apiWith(apiKey);

  /** Carries out an act in Azumuta's own screens, and returns the product order afterwards. */
  function done(act: () => { readonly id: unknown }) {
    try {
      const order = store.productOrder(String(act().id));
      return order && builtOf(order);
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }

  function builtOf(order: ProductOrderRecord) {
    const { id, number, articleId, status, completedAt, batchNumber } = order;
    const parameters: Readonly<Record<string, unknown>> = Object.fromEntries(
      order.parameters.map(({ key, value }) => [key, value]),
    );
    return {
      id,
      number,
      status,
      completedAt,
      parameters,
      batchNumber,
      /** Its number. */
      article: catalogue.find((known) => known.id === articleId)?.number ?? articleId,
      /** All, oldest first; those made before it was reopened stay. */
      recordings: order.recordings.map((one) =>
        readRecording(
          one,
          workInstructionsOf(catalogue).find(({ id: known }) => known === one.workInstructionId),
        ),
      ),
    };
  }

  function changeSteps(id: string, change: (step: RecordedStep, recordingId: string) => RecordedStep): void {
    const order = store.productOrder(id);
    if (!order) return;
    const recordings = order.recordings.map((one) => ({
      ...one,
      steps: one.steps.map((step) => change(step, one.id)),
    }));
    store.save({ ...order, recordings });
  }

  return {
    answer: (call: Received): Answer => api.answer(call),
    /** The current key. */
    get apiKey() {
      return apiKey;
    },
    /** Replaces the key: the previous one is refused from now on. */
    rotate() {
      apiKey = newId();
      api = apiWith(apiKey);
      return apiKey;
    },
    /** Somebody creates an article that was missing. */
    createArticle(number: string) {
      missing.delete(number);
      api = apiWith(apiKey);
    },
    /** Records and completes the oldest open one with this number, or the one with this `id`, and sends its triggers. */
    complete: (number: string, how: CompletionRequest = {}) => done(() => floor.complete(number, how)),
    /** Reopens the newest completed one. */
    reopen: (number: string) => done(() => floor.reopen(number)),
    /** Changes the number of the newest; its id stays. */
    rename: (number: string, to: string) => done(() => floor.rename(number, to)),
    /** Changes one parameter of the newest. */
    setParameter: (number: string, key: string, value: string | number) =>
      done(() => floor.setParameter(number, key, value)),
    /** Deletes the newest with its recordings (ASSUMED), and returns it as it was. */
    remove(number: string) {
      const last = store.productOrdersNumbered(number).at(-1);
      const built = last && builtOf(last);
      done(() => floor.remove(number));
      return built;
    },
    /** Changes the good quantity that a recording shows. */
    correct: (id: string, recordingId: string, good: number) =>
      changeSteps(id, (step, recording) =>
        recording === recordingId && step.name === 'Good quantity' ? { ...step, value: good } : step,
      ),
    /** Changes the name of a step in all that was recorded of a product order. */
    renameStep: (id: string, from: string, to: string) =>
      changeSteps(id, (step) => (step.name === from ? { ...step, name: to } : step)),
    /** Sends the triggers of the newest once more. */
    triggerAgain: (number: string) => done(() => floor.trigger(number)),
    /** Creates a product order in Azumuta's own screens; returns undefined for an article that is not configured. */
    typeByHand(number: string, article: string, parameters: Readonly<Record<string, string | number>> = {}) {
      const articleId = catalogue.find((known) => known.number === article)?.id;
      const listed = Object.entries(parameters).map(([key, value]) => ({ key, value }));
      const body = JSON.stringify({ number, articleId, parameters: listed });
      const url = new URL(pathOfOperation('createProductOrder'), defaultBaseUrl);
      return done(() => Object(apiWith().answer({ method: 'POST', url, headers: {}, body }).body));
    },
    /** All, oldest first. */
    productOrders: () => store.productOrders().map(builtOf),
  };
}

/** No answer arrives, so nothing depends on the result of the call. */
function senderTo(sendTrigger: AzumutaModelOptions['sendTrigger']) {
  const never = new AbortController().signal;
  return {
    timeout: () => never,
    fetch(url: URL, init: RequestInit) {
      sendTrigger({ url, init });
      return new Promise<Response>(() => {});
    },
  };
}

/** What the last work instruction of each article records. */
const figures: readonly StepSource[] = [
  { name: 'Serial number', type: 'choice', records: 'serial' },
  { name: 'Good quantity', type: 'number', records: 'good-quantity' },
  { name: 'Scrap quantity', type: 'number', records: 'scrap-quantity' },
];

/** Two work instructions for each article, and for an assembly one for each operation. */
function plantWith({ articles, assembly: assembled, isSigned = false }: AzumutaModelOptions): Catalogue {
  const category = defineArticleCategory('Products');
  const assembly = defineWorkInstruction({ name: 'Assembly', version: 1, category }, [
    { name: 'Housing cleaned', type: 'confirmation' },
  ]);
  const inspection = defineWorkInstruction({ name: 'Inspection', version: 1, category }, [...figures]);
  const usual = [assembly, inspection];
  const { operations = [], components = [] } = assembled ?? {};
  const ofAssembly = operations.map((name, at) =>
    defineWorkInstruction(
      {
        name,
        version: 1,
        category,
        ...(at === 0 && {
          components: components.map(({ article: used, lot }) => ({
            article: used,
            lot,
            perPiece: 1,
            unit: 'u',
          })),
        }),
      },
      [
        { name: `Torque ${name}`, type: 'number', unit: 'Nm', minimum: 40, maximum: 44 },
        ...(at === operations.length - 1
          ? [...figures, { name: 'Scrap reason', type: 'choice', records: 'scrap-reason' } as const]
          : []),
        ...(isSigned && at === operations.length - 1
          ? [{ name: 'Signature', type: 'signature' } as const]
          : []),
      ],
    ),
  );
  const numbers = new Set([...articles, ...(assembled ? [assembled.article] : [])]);
  return [...numbers].map((number) =>
    defineArticle(number, {
      name: number,
      category,
      variants: ['Left', 'Right', 'ATEX'],
      parameters: { Quantity: 'Number', Source: 'Text', Colour: 'Text' },
      workInstructions: number === assembled?.article ? ofAssembly : usual,
    }),
  );
}

function readRecording(
  { id, steps, durationSeconds, components = [] }: RecordingRecord,
  instruction: CatalogueInstruction | undefined,
) {
  const values = (wanted: string) => steps.flatMap(({ name, value }) => (name === wanted ? [value] : []));
  /** Undefined if it was not recorded. */
  const figure = (wanted: string) => values(wanted).map(Number).at(-1);
  return {
    id,
    good: figure('Good quantity'),
    scrap: figure('Scrap quantity'),
    serials: values('Serial number').map(String),
    /** Why there is scrap. */
    reason: values('Scrap reason').map(String).at(-1),
    /** Of an assembly: the name of its work instruction, which is that of an operation, and its minutes. */
    operation: String(instruction?.name),
    minutes: durationSeconds / 60,
    components: components.map(({ article: { number }, quantity, lot }) => ({
      article: number,
      quantity,
      lot,
    })),
    /** Names of the steps that Azumuta has judged. */
    checks: steps.flatMap(({ name, result }) => (result === null ? [] : [String(name)])),
  };
}
