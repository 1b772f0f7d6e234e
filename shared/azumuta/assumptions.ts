/** Something about Azumuta's API that no public page says. Its lines of the contract change it without code. */
export interface Assumption {
  /** By which the kit names the step that proves it. */
  readonly name: string;
  /** For a person at Azumuta, who knows whether that is right. */
  readonly sentence: string;
  /** Lines of `azumuta.contract`; one that has further lines stands for all of them. None where only code could change it. */
  readonly lines: readonly string[];
  /** The test that turns red once these lines say something else: its file, and its name there. */
  readonly test: { readonly file: string; readonly name: string };
  /** Why no client of the API can see it, in whatever account: only somebody at Azumuta can say. Default: a client can. */
  readonly onlyAzumutaKnows?: string;
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
const onTheWire = (name: string) => inTests('shared/azumuta/assumed.test.ts', name);
const inAnyForm = inTests('shared/azumuta/contract.test.ts', 'is understood in a product order: %s');
const inAnyStep = inTests('shared/azumuta/contract.test.ts', 'is understood in a step: %s');

const registered = [
  {
    name: 'key',
    sentence: 'The key stands alone in its header, without a word before it.',
    lines: ['apiKeyHeader', 'apiKeyFormat'],
    test: onTheWire('sends the key alone in the header X-API-Key'),
  },
  {
    name: 'language',
    sentence: 'Where a text is a language map, `en` is always among its languages.',
    lines: ['language'],
    test: onTheWire('finds an article by its number, with the English words of its variants'),
  },
  {
    name: 'findArticle',
    sentence: '`GET /articles?number=` lists the articles with just this number.',
    lines: ['operations.findArticle'],
    test: onTheWire('finds an article by its number, with the English words of its variants'),
  },
  {
    name: 'findProductOrder',
    sentence:
      '`GET /productorders?number=` lists the product orders with just this number, as `GET /productorders/{id}` shows them.',
    lines: ['operations.findProductOrder'],
    test: onTheWire('finds a product order by its number, on the page that next leads to'),
  },
  {
    name: 'readProductOrder',
    sentence:
      '`GET /productorders/{id}` shows one product order; an id that does not exist is answered with 404.',
    lines: ['operations.readProductOrder'],
    test: onTheWire('reads a product order with its recordings by its id, and takes a 404 for none'),
  },
  {
    name: 'createProductOrder',
    sentence:
      '`POST /productorders` creates one of `number`, `articleId`, `parameters` (a list of `key` and `value`) and `variantIds`; a number that exists is not refused, unless with 409.',
    lines: ['operations.createProductOrder'],
    test: onTheWire('creates a product order, and learns its id, number and page'),
  },
  {
    name: 'createdProductOrder',
    sentence: 'The answer to that create has the `id`, the `number` and the `url` of what was created.',
    lines: ['createdProductOrder'],
    test: onTheWire('creates a product order, and learns its id, number and page'),
  },
  {
    name: 'readRecording',
    sentence: '`GET /recordings/{id}` shows one recording; an id that does not exist is answered with 404.',
    lines: ['operations.readRecording'],
    test: onTheWire('reads a recording that says whose it is, and which work instruction was followed'),
  },
  {
    name: 'recordingsOfOrder',
    sentence: 'A product order lists all of its recordings itself, so no other call is needed for them.',
    lines: ['operations.listRecordings', 'productOrder.recordings', 'recordingRef'],
    test: onTheWire('reads a product order with its recordings by its id, and takes a 404 for none'),
  },
  {
    name: 'readWorkInstruction',
    sentence: '`GET /workinstructions/{id}` shows the name of the work instruction that was followed.',
    lines: ['operations.readWorkInstruction', 'workInstruction.id', 'workInstruction.name'],
    test: onTheWire('reads the name of a work instruction'),
  },
  {
    name: 'nextPage',
    sentence: '`next` of a list is a path, an address or a cursor, and null after the last page.',
    lines: ['list'],
    test: onTheWire('finds a product order by its number, on the page that next leads to'),
  },
  {
    name: 'errorSentence',
    sentence: 'An error has its sentence in `error.message`, or another usual place.',
    lines: ['error'],
    test: onTheWire('takes an error in a 200 for one, with its sentence'),
  },
  {
    name: 'article',
    sentence: 'An article has `id`, `number` and a list of `variants`, each with `id` and `name`.',
    lines: ['article', 'variant'],
    test: inTests(
      'shared/azumuta/create-product-order.test.ts',
      'has surely created nothing when a variant is unknown, and finds it as soon as somebody created it',
    ),
  },
  {
    name: 'productOrder',
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
    name: 'completedStatus',
    sentence:
      'A completed product order has `status` *completed*, *done* or *finished*, and the time in `completedAt`; before, it says *open*, *in-progress* or a usual word like these.',
    lines: ['productOrder.status', 'productOrder.completedAt', 'completedStatuses', 'openStatuses'],
    test: inAnyForm,
  },
  {
    name: 'statusAtTrigger',
    sentence: 'The status says *completed* as soon as the trigger is called, or soon after.',
    lines: ['trustTrigger'],
    test: onTheWire('needs a status in a product order, as a trigger alone is not believed'),
  },
  {
    name: 'ownerOfRecording',
    sentence: 'A recording names its product order (`productOrderId`, `productOrderNumber`).',
    lines: ['recording.productOrderId', 'recording.productOrderNumber'],
    test: onTheWire('reads a recording that says whose it is, and which work instruction was followed'),
  },
  {
    name: 'instructionOfRecording',
    sentence: 'A recording has the id, version and name of its work instruction.',
    lines: [
      'recording.workInstructionId',
      'recording.workInstructionVersion',
      'recording.workInstructionName',
    ],
    test: onTheWire('reads a recording that says whose it is, and which work instruction was followed'),
  },
  {
    name: 'timesOfRecording',
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
    name: 'finalRecording',
    sentence:
      'A recording is final once its product order is completed: no double check is pending, and nothing is locked later.',
    lines: ['recording.settled'],
    test: onTheWire('reads a recording that names its steps itself, and is final'),
  },
  {
    name: 'steps',
    sentence:
      'A recording has a list of `steps`, each with the `id`, `name`, `value` and `unit` of what was recorded.',
    lines: ['recording.steps', 'step.id', 'step.name', 'step.value', 'step.unit'],
    test: inAnyStep,
  },
  {
    name: 'namesOfSteps',
    sentence: 'A step has its name in the recording itself.',
    lines: ['step.nameIn', 'workInstruction.steps', 'instructionStep'],
    test: onTheWire('reads a recording that names its steps itself, and is final'),
  },
  {
    name: 'judgedSteps',
    sentence:
      'A step has its limits (`min`, `max`) and its `result`, which says *ok*, *pass*, *passed*, *yes* or true.',
    lines: ['step.min', 'step.max', 'step.result', 'okResults'],
    test: inAnyStep,
  },
  {
    name: 'personalSteps',
    sentence: 'The `type` of a step says whether its value names a person.',
    lines: ['step.type', 'personalStepTypes'],
    test: inTests(
      'shared/completions/personal-steps.test.ts',
      'does not leave the function that reads it, whatever the step is called',
    ),
  },
  {
    name: 'components',
    sentence:
      'A recording lists the `components` that were used, each with `article.number`, `quantity`, `unit` and `lot`.',
    lines: ['recording.components', 'component'],
    test: onTheWire('reads the components that a recording lists'),
  },
  {
    name: 'trigger',
    sentence:
      'A trigger has the number in `productOrderNumber` and the recordings in `recordingIds`, or names like these.',
    lines: ['trigger'],
    test: inTests(
      'shared/azumuta/trigger.test.ts',
      'is read as JSON, without its query, with the number as text or object, and ids listed or joined',
    ),
  },
  {
    name: 'batchOrders',
    sentence:
      'A product order of a batch order triggers with its own number or with that of the batch, for each or once, and no call is needed to create one in a batch.',
    lines: [],
    onlyAzumutaKnows:
      'no call that is assumed makes or completes a batch, and one that a person has made says nothing of the others',
    test: inTests('life/batches.test.ts', 'may come for each of its product orders (%s)'),
  },
] as const satisfies readonly Assumption[];

export type AssumptionName = (typeof registered)[number]['name'];

/** Of those that a client of the API can see, if it is an account that shows them. */
export type VisibleAssumptionName = Exclude<
  (typeof registered)[number],
  { readonly onlyAzumutaKnows: string }
>['name'];

/** Each is data, so that one list is read by the page, by the OpenAPI document, by the kit and by a test. None was confirmed yet. */
export const assumptions: readonly (Assumption & { readonly name: AssumptionName })[] = registered;
