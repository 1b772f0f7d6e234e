import * as z from 'zod/mini';
import { usualPlaces } from '../platform/error-message.ts';
import { type Place, placeSchema } from '../platform/places.ts';
import { strictObject } from '../platform/validation.ts';
import { operationsSchema } from './operations.ts';

/** Verified, as is the header of the key. */
export const defaultBaseUrl = 'https://app.azumuta.com/api/v1';

/** Where a field is, with the path that is assumed. */
const assumedAt = (assumed: Place) => z._default(placeSchema, assumed);
const nonEmptyContractText = z.string().check(z.minLength(1));
/** Words or codes of Azumuta; upper and lower case are the same. */
const azumutaWords = z.array(z.union([nonEmptyContractText, z.number(), z.boolean()]));

/** Names of the configuration come first. The assumed ones stay, as a name that is never sent does no harm. */
const withAssumedNames = (...assumed: string[]) =>
  z.pipe(
    z._default(z.array(z.string().check(z.minLength(1))), assumed),
    z.transform((own) => [...new Set([...own, ...assumed])]),
  );

/** A part of the contract, of which a configuration gives only the lines that differ. */
function contractPart<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const schema = strictObject(shape);
  // Each line has a default.
  return z.prefault(schema, {} as z.input<typeof schema>);
}

/**
 * All assumptions about Azumuta's API, as data. Azumuta's full API documentation is not public. Verified (on its public
 * pages and in public code) are the base URL, the header of the key, `/workinstructions`, the list envelope, language
 * maps and the shape of a work instruction. Everything else follows by analogy, and `azumuta.contract` in
 * the plant's configuration overrides each line of it without touching code.
 */
export const contractSchema = strictObject({
  /** Header with the API key. */
  apiKeyHeader: z._default(nonEmptyContractText, 'X-API-Key'),
  /** Its value: `Bearer {key}` where the header is `Authorization`. */
  apiKeyFormat: z._default(z.string().check(z.includes('{key}')), '{key}'),
  /** Language preferred in language maps; `en` is Azumuta's own fallback. */
  language: z._default(nonEmptyContractText, 'en'),
  /** The calls to Azumuta. */
  operations: z.prefault(operationsSchema, {}),
  /** The form of a list. */
  list: contractPart({
    /** Where the entries of a list are. */
    entries: assumedAt('data'),
    /** Where the next page is given: a path or a URL on the same origin, or a cursor; null after the last page. `Link` headers are followed, too. */
    next: assumedAt('next'),
    /** The parameter for a cursor, unless an operation has `{cursor}` in its query or body. */
    cursor: z._default(nonEmptyContractText, 'cursor'),
  }),
  /** The form of an error. */
  error: contractPart({
    /** Where an error is that comes with status 200. */
    at: assumedAt(['error', 'errors']),
    /** Where the sentence of an error is: the first path with text counts. */
    sentence: assumedAt([...usualPlaces]),
  }),
  /** Where each field of an article is. */
  article: contractPart({
    id: assumedAt('id'),
    number: assumedAt('number'),
    /** A list of variants. */
    variants: assumedAt('variants'),
  }),
  /** Of a variant of an article or a product order. */
  variant: contractPart({
    id: assumedAt('id'),
    /** Text or a language map. */
    name: assumedAt('name'),
  }),
  /** Of a product order. */
  productOrder: contractPart({
    id: assumedAt('id'),
    /** The number that people read. */
    number: assumedAt('number'),
    /** Text, a code, or a language map; see `completedStatuses`. */
    status: assumedAt('status'),
    /** When it was completed: ISO, or seconds or milliseconds since 1970. */
    completedAt: assumedAt('completedAt'),
    /** The number of its article. */
    article: assumedAt('article.number'),
    /** A map, or a list of parameters. */
    parameters: assumedAt('parameters'),
    /** A list of names, ids, or variants. */
    variants: assumedAt('variants'),
    /** A list of ids, or of objects with an id. Where it is missing, only the trigger says what was recorded. */
    recordings: assumedAt(['recordings', 'recordingIds']),
    /** Its page for a person. */
    url: assumedAt('url'),
  }),
  /** Of the answer to `createProductOrder`. */
  createdProductOrder: contractPart({
    id: assumedAt('id'),
    number: assumedAt('number'),
    url: assumedAt('url'),
  }),
  /** Of a parameter of a product order. */
  parameter: contractPart({
    key: assumedAt('key'),
    /** Also of an object in a map of parameters. */
    value: assumedAt('value'),
  }),
  /** Of an object for a recording within a product order. */
  recordingRef: contractPart({ id: assumedAt('id') }),
  /** Of a recording. */
  recording: contractPart({
    id: assumedAt('id'),
    /** The product order that it belongs to. */
    productOrderId: assumedAt('productOrderId'),
    productOrderNumber: assumedAt('productOrderNumber'),
    workInstructionId: assumedAt('workInstruction.id'),
    workInstructionVersion: assumedAt('workInstruction.version'),
    workInstructionName: assumedAt('workInstruction.name'),
    startedAt: assumedAt('startedAt'),
    finishedAt: assumedAt('finishedAt'),
    durationSeconds: assumedAt('durationSeconds'),
    /** The name of who recorded it. */
    operator: assumedAt(['operator.name', 'operator']),
    /** A list of steps. */
    steps: assumedAt('steps'),
    /** A list of what was used, where Azumuta keeps one. */
    components: assumedAt('components'),
    url: assumedAt('url'),
    /**
     * Where results are final only later, as by a double check or a lock: a recording is booked once what is at `path` is
     * one of the words in `is`. Until then it waits: see `completions.settledWithin`.
     */
    settled: z.optional(
      strictObject({
        /** Text, a code, yes or no, or a language map. It must be there, and may be null. */
        path: placeSchema,
        /** What it says once nothing changes any more. */
        is: azumutaWords.check(z.minLength(1)),
      }),
    ),
  }),
  /** Of a step of a recording. */
  step: contractPart({
    id: assumedAt('id'),
    /** By which a mapping finds it: `recorded(completed, 'Good quantity')`. */
    name: assumedAt('name'),
    /**
     * Where that name stands: `workInstruction` if a recording names its steps by id only. A step that the instruction does
     * not have is refused once a mapping looks for it.
     */
    nameIn: z._default(z.enum(['recording', 'workInstruction']), 'recording'),
    /** What kind of step it is; see `personalStepTypes`. */
    type: assumedAt('type'),
    /** What was recorded: a text, a number, yes or no, or a list of those. */
    value: assumedAt('value'),
    unit: assumedAt('unit'),
    /** How it was judged; see `okResults`. */
    result: assumedAt('result'),
    /** Limits of a measurement: numbers. */
    min: assumedAt('min'),
    max: assumedAt('max'),
  }),
  /** Of a component in a recording. */
  component: contractPart({
    /** The number of its article. */
    article: assumedAt(['article.number', 'article']),
    /** A number. */
    quantity: assumedAt('quantity'),
    unit: assumedAt('unit'),
    /** Its lot or serial number. */
    lot: assumedAt(['lot', 'serialNumber']),
  }),
  /** Of a work instruction. */
  workInstruction: contractPart({
    id: assumedAt('id'),
    name: assumedAt('name'),
    /** A list of its steps, if their names are read from it (`step.nameIn`). */
    steps: assumedAt('steps'),
  }),
  /** Of a step of a work instruction. */
  instructionStep: contractPart({
    /** What `step.id` of a recording is compared with. */
    id: assumedAt(['uuid', 'id']),
    /** Text or a language map. */
    name: assumedAt(['name', 'description']),
  }),
  /** How triggers name their fields: the exact names are unknown. The webhook endpoint gets this part alone. */
  trigger: contractPart({
    /** Names of the field with the product order's number, added to those that are assumed; `data.order.number` looks into objects. */
    productOrderNumber: withAssumedNames('productOrderNumber', 'productOrder', 'orderNumber', 'number'),
    /** Names of the field with ids of recordings, likewise. */
    recordingIds: withAssumedNames('recordingIds', 'recordingId', 'recordings', 'recording'),
    /** Names of the id within an object for a recording, likewise. */
    id: withAssumedNames('id'),
    /** Texts for the event in the address that is pasted into Azumuta that mean: a product order is completed. */
    events: withAssumedNames('product-order-completed'),
  }),
  /** `productOrder.status` that means: its operator is finished. */
  completedStatuses: z._default(azumutaWords, ['completed', 'done', 'finished']),
  /** `productOrder.status` that means: it is not completed yet. Decides nothing: the doctor names a word that is in neither list. */
  openStatuses: z._default(azumutaWords, ['open', 'planned', 'released', 'started', 'in-progress', 'paused']),
  /**
   * Believe a completion trigger without reading the status back from the product order. For an account whose product orders
   * show no status, or none that says that they are completed.
   */
  trustTrigger: z._default(z.boolean(), false),
  /** `step.type` of steps whose value names a person. */
  personalStepTypes: z._default(azumutaWords, ['signature', 'sign-off', 'person', 'user', 'operator']),
  /** `step.result` that means: in order. */
  okResults: z._default(azumutaWords, ['ok', 'pass', 'passed', 'yes', true]),
});

export type AzumutaContract = z.output<typeof contractSchema>;

/** The part that a configuration gives: only what differs. */
export type AzumutaContractSettings = z.input<typeof contractSchema>;

/** The contract without any configuration. */
export const defaultContract: AzumutaContract = z.parse(contractSchema, {});
