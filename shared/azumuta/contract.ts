import * as z from 'zod/mini';
import { usualPlaces } from '../platform/error-message.ts';
import { type Place, placeSchema } from '../platform/places.ts';
import { strictObject } from '../platform/validation.ts';
import { operationsSchema } from './operations.ts';

/** Verified, as is the header of the key. */
export const defaultBaseUrl = 'https://app.azumuta.com/api/v1';

/** Where a field is, with the path that is assumed. */
const at = (assumed: Place) => z._default(placeSchema, assumed);
const name = z.string().check(z.minLength(1));
/** Words or codes of Azumuta; upper and lower case are the same. */
const words = z.array(z.union([name, z.number(), z.boolean()]));

/** Names of the configuration come first. The assumed ones stay, as a name that is never sent does no harm. */
const names = (...assumed: string[]) =>
  z.pipe(
    z._default(z.array(z.string().check(z.minLength(1))), assumed),
    z.transform((own) => [...new Set([...own, ...assumed])]),
  );

/** A part of the contract, of which a configuration gives only the lines that differ. */
function part<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
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
  apiKeyHeader: z._default(name, 'X-API-Key'),
  /** Its value: `Bearer {key}` where the header is `Authorization`. */
  apiKeyFormat: z._default(z.string().check(z.includes('{key}')), '{key}'),
  /** Language preferred in language maps; `en` is Azumuta's own fallback. */
  language: z._default(name, 'en'),
  /** The calls to Azumuta. */
  operations: z.prefault(operationsSchema, {}),
  /** The form of a list. */
  list: part({
    /** Where the entries of a list are. */
    entries: at('data'),
    /** Where the next page is given: a path or a URL on the same origin, or a cursor; null after the last page. `Link` headers are followed, too. */
    next: at('next'),
    /** The parameter for a cursor, unless an operation has `{cursor}` in its query or body. */
    cursor: z._default(name, 'cursor'),
  }),
  /** The form of an error. */
  error: part({
    /** Where an error is that comes with status 200. */
    at: at(['error', 'errors']),
    /** Where the sentence of an error is: the first path with text counts. */
    sentence: at([...usualPlaces]),
  }),
  /** Where each field of an article is. */
  article: part({
    id: at('id'),
    number: at('number'),
    /** A list of variants. */
    variants: at('variants'),
  }),
  /** Of a variant of an article or a product order. */
  variant: part({
    id: at('id'),
    /** Text or a language map. */
    name: at('name'),
  }),
  /** Of a product order. */
  productOrder: part({
    id: at('id'),
    /** The number that people read. */
    number: at('number'),
    /** Text, a code, or a language map; see `completedStatuses`. */
    status: at('status'),
    /** When it was completed: ISO, or seconds or milliseconds since 1970. */
    completedAt: at('completedAt'),
    /** The number of its article. */
    article: at('article.number'),
    /** A map, or a list of parameters. */
    parameters: at('parameters'),
    /** A list of names, ids, or variants. */
    variants: at('variants'),
    /** A list of ids, or of objects with an id. Where it is missing, only the trigger says what was recorded. */
    recordings: at(['recordings', 'recordingIds']),
    /** Its page for a person. */
    url: at('url'),
  }),
  /** Of the answer to `createProductOrder`. */
  createdProductOrder: part({ id: at('id'), number: at('number'), url: at('url') }),
  /** Of a parameter of a product order. */
  parameter: part({
    key: at('key'),
    /** Also of an object in a map of parameters. */
    value: at('value'),
  }),
  /** Of an object for a recording within a product order. */
  recordingRef: part({ id: at('id') }),
  /** Of a recording. */
  recording: part({
    id: at('id'),
    /** The product order that it belongs to. */
    productOrderId: at('productOrderId'),
    productOrderNumber: at('productOrderNumber'),
    workInstructionId: at('workInstruction.id'),
    workInstructionVersion: at('workInstruction.version'),
    workInstructionName: at('workInstruction.name'),
    startedAt: at('startedAt'),
    finishedAt: at('finishedAt'),
    durationSeconds: at('durationSeconds'),
    /** The name of who recorded it. */
    operator: at(['operator.name', 'operator']),
    /** A list of steps. */
    steps: at('steps'),
    /** A list of what was used, where Azumuta keeps one. */
    components: at('components'),
    url: at('url'),
  }),
  /** Of a step of a recording. */
  step: part({
    id: at('id'),
    /** By which a mapping finds it: `recorded(completed, 'Good quantity')`. */
    name: at('name'),
    /** What kind of step it is; see `personalStepTypes`. */
    type: at('type'),
    /** What was recorded: a text, a number, yes or no, or a list of those. */
    value: at('value'),
    unit: at('unit'),
    /** How it was judged; see `okResults`. */
    result: at('result'),
    /** Limits of a measurement: numbers. */
    min: at('min'),
    max: at('max'),
  }),
  /** Of a component in a recording. */
  component: part({
    /** The number of its article. */
    article: at(['article.number', 'article']),
    /** A number. */
    quantity: at('quantity'),
    unit: at('unit'),
    /** Its lot or serial number. */
    lot: at(['lot', 'serialNumber']),
  }),
  /** Of a work instruction. */
  workInstruction: part({ id: at('id'), name: at('name') }),
  /** How triggers name their fields: the exact names are unknown. The webhook endpoint gets this part alone. */
  trigger: part({
    /** Names of the field with the product order's number, added to those that are assumed; `data.order.number` looks into objects. */
    productOrderNumber: names('productOrderNumber', 'productOrder', 'orderNumber', 'number'),
    /** Names of the field with ids of recordings, likewise. */
    recordingIds: names('recordingIds', 'recordingId', 'recordings', 'recording'),
    /** Names of the id within an object for a recording, likewise. */
    id: names('id'),
    /** Texts for the event in the address that is pasted into Azumuta that mean: a product order is completed. */
    events: names('product-order-completed'),
  }),
  /** `productOrder.status` that means: its operator is finished. */
  completedStatuses: z._default(words, ['completed', 'done', 'finished']),
  /** Believe a completion trigger without reading the status back from the product order. */
  trustTrigger: z._default(z.boolean(), false),
  /** `step.type` of steps whose value names a person. */
  personalStepTypes: z._default(words, ['signature', 'sign-off', 'person', 'user', 'operator']),
  /** `step.result` that means: in order. */
  okResults: z._default(words, ['ok', 'pass', 'passed', 'yes', true]),
});

export type AzumutaContract = z.output<typeof contractSchema>;

/** The part that a configuration gives: only what differs. */
export type AzumutaContractSettings = z.input<typeof contractSchema>;

/** The contract without any configuration. */
export const defaultContract: AzumutaContract = z.parse(contractSchema, {});
