/** Something about Azumuta's API that no public page says. Its lines of the contract change it without code. */
export interface Assumption {
  /** For a person at Azumuta, who knows whether that is right. */
  readonly sentence: string;
  /** Lines of `azumuta.contract`; one that has further lines stands for all of them. */
  readonly lines: readonly string[];
  /** The test that turns red if our code, or the sandbox, takes it otherwise: its file, and its name there. */
  readonly test: { readonly file: string; readonly name: string };
  /** The recording of a real account in which it was seen, and the day. */
  readonly confirmed?: { readonly recording: string; readonly on: string };
}

/** What Azumuta's public pages, or public code that calls it, show. */
export const verified: readonly string[] = [
  'The API is below `https://app.azumuta.com/api/v1`; requests and answers are JSON.',
  'The key is sent in the header `X-API-Key`.',
  'A list is `{ "object", "url", "next", "data" }`.',
  '`GET /workinstructions` and `GET /workinstructions/{id}` have an `id`, and a `name` that is text or a language map.',
  'Ids have 17 characters; those of steps are UUIDs.',
  'A trigger of an article category calls a URL by GET or POST, with the number of the product order and, if applicable, the ids of work instruction and recording.',
];

const inTests = (file: string, name: string) => ({ file: `test/${file}`, name });
const answersThere = inTests(
  'infra/local/sandbox/azumuta.test.ts',
  'answers the call %s where the contract says that it is',
);
const inAnyForm = inTests('shared/azumuta/contract.test.ts', 'is understood in a product order: %s');
const inAnyStep = inTests('shared/azumuta/contract.test.ts', 'is understood in a step: %s');
const statusesMean = inTests('shared/azumuta/operations.test.ts', 'decides what a status means');
const listsInEnvelope = inTests(
  'infra/local/sandbox/azumuta.test.ts',
  'lists in the envelope that Azumuta documents, with Meteor ids and mixed names',
);

/** Each is data, so that one list is read by the page, by the OpenAPI document and by a test. None was confirmed yet. */
export const assumptions: readonly Assumption[] = [
  {
    sentence: 'The key stands alone in its header, without a word before it.',
    lines: ['apiKeyHeader', 'apiKeyFormat'],
    test: inTests('shared/azumuta/client.test.ts', 'sends the key as its header wants it'),
  },
  {
    sentence: 'Where a text is a language map, `en` is always among its languages.',
    lines: ['language'],
    test: inAnyForm,
  },
  {
    sentence: '`GET /articles?number=` lists the articles with just this number.',
    lines: ['operations.findArticle'],
    test: answersThere,
  },
  {
    sentence:
      '`GET /productorders?number=` lists the product orders with just this number, as `GET /productorders/{id}` shows them.',
    lines: ['operations.findProductOrder'],
    test: answersThere,
  },
  {
    sentence:
      '`GET /productorders/{id}` shows one product order; an id that does not exist is answered with 404.',
    lines: ['operations.readProductOrder'],
    test: statusesMean,
  },
  {
    sentence:
      '`POST /productorders` creates one of `number`, `articleId`, `parameters` (a list of `key` and `value`) and `variantIds`; a number that exists is not refused, unless with 409.',
    lines: ['operations.createProductOrder'],
    test: inTests(
      'infra/local/sandbox/azumuta.test.ts',
      'creates the same number twice: there is no idempotency to rely upon',
    ),
  },
  {
    sentence: 'The answer to that create has the `id`, the `number` and the `url` of what was created.',
    lines: ['createdProductOrder'],
    test: answersThere,
  },
  {
    sentence: '`GET /recordings/{id}` shows one recording; an id that does not exist is answered with 404.',
    lines: ['operations.readRecording'],
    test: statusesMean,
  },
  {
    sentence: 'A product order lists all of its recordings itself, so no other call is needed for them.',
    lines: ['operations.listRecordings', 'productOrder.recordings', 'recordingRef'],
    test: inTests(
      'shared/completions/joined.test.ts',
      'is booked with the recordings that a list has, page by page',
    ),
  },
  {
    sentence: '`GET /workinstructions/{id}` shows the name of the work instruction that was followed.',
    lines: ['operations.readWorkInstruction', 'workInstruction.id', 'workInstruction.name'],
    test: listsInEnvelope,
  },
  {
    sentence: '`next` of a list is a path, an address or a cursor, and null after the last page.',
    lines: ['list'],
    test: inTests('infra/local/sandbox/azumuta.test.ts', 'pages without missing an entry'),
  },
  {
    sentence: 'An error has its sentence in `error.message`, or another usual place.',
    lines: ['error'],
    test: inTests(
      'shared/azumuta/operations.test.ts',
      'says with which status a number exists, and where the sentence of an error is',
    ),
  },
  {
    sentence: 'An article has `id`, `number` and a list of `variants`, each with `id` and `name`.',
    lines: ['article', 'variant'],
    test: inTests(
      'shared/azumuta/create-product-order.test.ts',
      'has surely created nothing when a variant is unknown, and finds it as soon as somebody created it',
    ),
  },
  {
    sentence:
      'A product order has `id`, `number`, `url`, `article.number`, `variants`, and `parameters` with `key` and `value`.',
    lines: [
      'productOrder.id',
      'productOrder.number',
      'productOrder.url',
      'productOrder.article',
      'productOrder.parameters',
      'productOrder.variants',
      'parameter',
    ],
    test: inAnyForm,
  },
  {
    sentence:
      'A completed product order has `status` *completed*, *done* or *finished*, and the time in `completedAt`.',
    lines: ['productOrder.status', 'productOrder.completedAt', 'completedStatuses'],
    test: inAnyForm,
  },
  {
    sentence: 'The status says *completed* as soon as the trigger is called, or soon after.',
    lines: ['trustTrigger'],
    test: inTests('shared/azumuta/contract.test.ts', 'does not need a status when triggers are believed'),
  },
  {
    sentence: 'A recording names its product order (`productOrderId`, `productOrderNumber`).',
    lines: ['recording.productOrderId', 'recording.productOrderNumber'],
    test: inTests(
      'shared/completions/hinted.test.ts',
      'are not trusted when they do not say which order they belong to, as a forged call could name any',
    ),
  },
  {
    sentence: 'A recording has the id, version and name of its work instruction.',
    lines: [
      'recording.workInstructionId',
      'recording.workInstructionVersion',
      'recording.workInstructionName',
    ],
    test: inTests(
      'shared/completions/joined.test.ts',
      'has their names from its work instruction, which is read once per version',
    ),
  },
  {
    sentence:
      'A recording has `id`, `url`, `startedAt`, `finishedAt`, `durationSeconds`, and the name of its operator.',
    lines: [
      'recording.id',
      'recording.url',
      'recording.startedAt',
      'recording.finishedAt',
      'recording.durationSeconds',
      'recording.operator',
    ],
    test: inTests('shared/azumuta/contract.test.ts', 'is understood as an operator: %j'),
  },
  {
    sentence:
      'A recording is final once its product order is completed: no double check is pending, and nothing is locked later.',
    lines: ['recording.settled'],
    test: inTests(
      'shared/completions/joined.test.ts',
      'is left to the reconciliation, and a person learns of it once that has taken too long',
    ),
  },
  {
    sentence:
      'A recording has a list of `steps`, each with the `id`, `name`, `value` and `unit` of what was recorded.',
    lines: ['recording.steps', 'step.id', 'step.name', 'step.value', 'step.unit'],
    test: inAnyStep,
  },
  {
    sentence: 'A step has its name in the recording itself.',
    lines: ['step.nameIn', 'workInstruction.steps', 'instructionStep'],
    test: inTests(
      'shared/completions/joined.test.ts',
      'is refused once the mapping looks for a step that the answered instruction does not have',
    ),
  },
  {
    sentence:
      'A step has its limits (`min`, `max`) and its `result`, which says *ok*, *pass*, *passed*, *yes* or true.',
    lines: ['step.min', 'step.max', 'step.result', 'okResults'],
    test: inAnyStep,
  },
  {
    sentence: 'The `type` of a step says whether its value names a person.',
    lines: ['step.type', 'personalStepTypes'],
    test: inTests(
      'shared/completions/personal-steps.test.ts',
      'does not leave the function that reads it, whatever the step is called',
    ),
  },
  {
    sentence:
      'A recording lists the `components` that were used, each with `article.number`, `quantity`, `unit` and `lot`.',
    lines: ['recording.components', 'component'],
    test: inTests(
      'simulation/dialects.test.ts',
      'works with nothing but its configuration: an order becomes a product order, and its completion a booking',
    ),
  },
  {
    sentence:
      'A trigger has the number in `productOrderNumber` and the recordings in `recordingIds`, or names like these.',
    lines: ['trigger'],
    test: inTests(
      'shared/azumuta/trigger.test.ts',
      'is read as JSON, without its query, with the number as text or object, and ids listed or joined',
    ),
  },
];
