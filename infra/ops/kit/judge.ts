import { productOrderIn } from '../../../shared/azumuta/answer-readers.ts';
import {
  type AssumptionName,
  assumptions,
  type VisibleAssumptionName,
} from '../../../shared/azumuta/assumptions.ts';
import { type AzumutaContract, defaultContract } from '../../../shared/azumuta/contract.ts';
import { createdProductOrderIn } from '../../../shared/azumuta/creation-readers.ts';
import { createFieldReader, readByContract, startReading } from '../../../shared/azumuta/field-readers.ts';
import {
  amountForm,
  instantForm,
  isLanguageMap,
  isOneOf,
  listForm,
  nameForm,
  parametersForm,
  wordsForm,
} from '../../../shared/azumuta/value-forms.ts';
import { isRecord, leavesOf } from '../../../shared/platform/json.ts';
import { type Place, placeSchema, valueAt } from '../../../shared/platform/places.ts';
import { isAbout } from '../../build/docs/azumuta-api.ts';
import { sourceOf } from '../probe/contract-text.ts';
import { flattenContract } from '../probe/probe.ts';
import { hasWords, readsAs } from '../probe/recognise/json-nodes.ts';
import { valueAtOwn } from '../probe/recognise/own-lines.ts';
import { findingsSeen, type KitEvidence, kitQuantity, orderSeen, recordingSeen } from './evidence.ts';
import { isSkipped, saysYes } from './questions.ts';

/** A line of the contract that differs, and what it is instead, where that was seen. */
export interface DifferingLine {
  readonly line: string;
  readonly set?: unknown;
  readonly why: string;
}

export interface KitVerdict {
  readonly name: AssumptionName;
  readonly sentence: string;
  /** `for Azumuta`: no client of the API could see it. */
  readonly is: 'holds' | 'differs' | 'not seen' | 'for Azumuta';
  readonly lines: readonly DifferingLine[];
  /** Why it was not seen, or cannot be. */
  readonly why?: string;
}

/** One thing that must be seen for an assumption to hold. */
type KitProof =
  | { readonly is: 'holds' }
  | { readonly is: 'not seen'; readonly why: string }
  | ({ readonly is: 'differs' } & DifferingLine);

const holds: KitProof = { is: 'holds' };
const unseen = (why: string): KitProof => ({ is: 'not seen', why });
const differs = (line: string, why: string, set?: unknown): KitProof => ({ is: 'differs', line, why, set });

/** Each assumption, by what was answered and typed. It holds only where all of its proofs do. */
export function judgeAssumptions(seen: KitEvidence): KitVerdict[] {
  const given = flattenContract(seen.given).filter(([line, value]) => !isAssumed(line, value));
  return assumptions.map(({ name, sentence, lines, onlyAzumutaKnows }) => {
    if (!isVisible(name))
      return { name, sentence, is: 'for Azumuta', lines: [], why: onlyAzumutaKnows ?? '' };
    const isMine = (line: string) => isAbout({ lines }, line);
    const byHand = given.flatMap(([line, set]) =>
      isMine(line) ? [differs(line, 'you gave this line', set)] : [],
    );
    const proofs = [...byHand, ...differencesRecognised(seen, isMine), ...proofsOf[name](seen)];
    const other = proofs.filter((proof) => proof.is === 'differs');
    const byLine = new Map(other.toReversed().map((proof) => [proof.line, withPlace(seen, proof)]));
    if (other.length > 0) return { name, sentence, is: 'differs', lines: [...byLine.values()].toReversed() };
    const missing = proofs.find((proof) => proof.is === 'not seen');
    if (missing) return { name, sentence, is: 'not seen', lines: [], why: missing.why };
    return { name, sentence, is: 'holds', lines: [] };
  });
}

/** What is not where it is assumed may be where it was recognised. */
function withPlace(seen: KitEvidence, { line, set, why }: DifferingLine): DifferingLine {
  const found = findingsSeen(seen).find((one) => one.line === line);
  const isElsewhere = set === undefined && found?.set !== undefined && !isAssumed(line, found.set);
  return isElsewhere ? { line, set: found.set, why: `${why}; to confirm: ${found.why}` } : { line, set, why };
}

const assumedValues = new Map(flattenContract(defaultContract));

/** Whether a line says what is assumed, or names one of the places or words that are. */
export function isAssumed(line: string, value: unknown): boolean {
  const assumed = assumedValues.get(line);
  const isAmong = Array.isArray(assumed) && [value].flat().every((each) => assumed.includes(each));
  return isAmong || sourceOf(value) === sourceOf(assumed);
}

/** Before an order is completed, there is nothing of these. */
const ofCompletedOrders = /^operations\.(readRecording|listRecordings|readWorkInstruction)\./;

/** What was recognised elsewhere. By its name alone, it counts only where the assumed place has nothing. */
function differencesRecognised(seen: KitEvidence, isMine: (line: string) => boolean): KitProof[] {
  return findingsSeen(seen).flatMap(({ line, set, certainty, why, isOwn }) => {
    if (!isMine(line) || isOwn) return [];
    const isMissed = set === undefined && line.startsWith('operations.');
    const isEarly = seen.looks.completed === undefined && ofCompletedOrders.test(line);
    if (isMissed) return [isEarly ? unseen('no order was completed') : differs(line, why)];
    if (set === undefined || isAssumed(line, set)) return [];
    const isSure = certainty === 'sure';
    if (isSure || isEmptyAtPlace(seen, line))
      return [differs(line, isSure ? why : `to confirm: ${why}`, set)];
    return [unseen(`${line} may be elsewhere, too: ${why}`)];
  });
}

/** Where the fields of a part stand. */
function isEmptyAtPlace(seen: KitEvidence, line: string): boolean {
  const [part = '', name = ''] = line.split('.');
  const samples: Readonly<Record<string, unknown>> = {
    productOrder: orderSeen(seen)?.resource,
    recording: recordingSeen(seen)?.resource,
    step: stepTyped(seen),
    article: articleSeen(seen),
    workInstruction: seen.looks.completed?.resources.readWorkInstruction?.resource,
  };
  const place: Place | undefined = Object(Object(seen.contract)[part])[name];
  if (!(part in samples) || place === undefined) return true;
  const value = valueAtOwn(samples[part], place);
  return value === undefined || value === null || value === '';
}

const articleSeen = ({ looks }: KitEvidence) =>
  (looks.completed?.resources.findArticle ?? looks.created?.resources.findArticle)?.resource;

/** Whether a value is what it must be. @param found Undefined where there is none. */
function proof(line: string, found: unknown, expected: unknown, what: string): KitProof {
  if (expected === undefined) return unseen(`${what} was not typed`);
  if (found === undefined || found === null) return differs(line, `nothing is there; expected ${what}`);
  const isSame = String(found) === String(expected);
  return isSame ? holds : differs(line, `it is not ${what}`);
}

/** What must be found surely where it is assumed. */
function recognisedAt(seen: KitEvidence, ...lines: readonly string[]): KitProof[] {
  const findings = findingsSeen(seen);
  return lines.map((line) => {
    const found = findings.find((one) => one.line === line);
    const isSure = found?.certainty === 'sure' && isAssumed(line, found.set);
    return isSure ? holds : unseen(found?.why ?? 'it was not answered');
  });
}

/** An id that does not exist is answered with 404. */
function absence(seen: KitEvidence, name: 'readProductOrder' | 'readRecording'): KitProof {
  const operation = seen.contract.operations[name];
  const isNone = seen.calls.some((call) => call.operation === operation && call.answer.status === 404);
  return isNone ? holds : unseen('no id was asked for that does not exist');
}

const reader = (json: unknown, contract: AzumutaContract) => ({
  order: createFieldReader(json, 'productOrder', startReading(contract)),
  recording: createFieldReader(json, 'recording', startReading(contract)),
});

/** The steps of the recording by the contract; where there is no list, by what was recognised. */
function stepsSeen(seen: KitEvidence): readonly unknown[] {
  const recording = recordingSeen(seen)?.resource;
  const recognised = findingsSeen(seen).find(({ line }) => line === 'recording.steps')?.set;
  const places = [seen.contract.recording.steps, placeSchema.safeParse(recognised).data ?? []];
  const lists = places.map((place) => valueAtOwn(recording, place));
  return lists.find((list) => Array.isArray(list)) ?? [];
}

function stepReader(step: unknown, contract: AzumutaContract) {
  return createFieldReader(step, 'step', startReading(contract));
}

/** Whether a step has this name where the contract says. */
function isCalled(seen: KitEvidence, step: unknown, name: string | undefined): boolean {
  const words = stepReader(step, seen.contract)('name', wordsForm);
  return name !== undefined && words !== undefined && readsAs(words, name);
}

/** By its name where the contract says, else by its name anywhere. */
function stepNamed(seen: KitEvidence, name: string | undefined): unknown {
  const steps = stepsSeen(seen);
  if (name === undefined) return undefined;
  return steps.find((step) => isCalled(seen, step, name)) ?? steps.find((step) => hasWords(step, name));
}

/** The step in which the number was recorded: by its name, else it alone has that number. */
function stepTyped(seen: KitEvidence): unknown {
  const { step, value } = seen.answers;
  const having = stepsSeen(seen).filter((one) => value !== undefined && hasWords(one, value));
  return stepNamed(seen, step) ?? (having.length === 1 ? having[0] : undefined);
}

/** A clock of the account may be wrong by so much. */
const skewMs = 15 * 60_000;

/** Whether a time lies within those in which a stage was. */
function timeProof(seen: KitEvidence, line: string, value: unknown): KitProof {
  const instant = value === undefined ? undefined : instantForm.understand(value);
  const from = seen.times.created?.from ?? 0;
  const to = seen.times.completed?.to ?? 0;
  if (value === undefined || value === null) return unseen(`${line} has no value`);
  const ms = Date.parse(instant ?? '');
  const isThen = ms >= from - skewMs && ms <= to + skewMs;
  return isThen ? holds : unseen(`${line} has a time that is none of this run`);
}

/** Of a link only a person sees what it opens. */
function linkProof(line: string, value: unknown, answer: string | undefined): KitProof {
  if (typeof value !== 'string') return differs(line, 'no link is there');
  if (answer === undefined) return unseen(`nobody has said what the link of ${line} opens`);
  return saysYes(answer) ? holds : differs(line, 'its link opens something else');
}

/** Parts of an assumption that only a completed order shows. */
function ofCompleted(
  seen: KitEvidence,
  prove: (recording: object) => readonly KitProof[],
): readonly KitProof[] {
  const recording = recordingSeen(seen)?.resource;
  return recording ? prove(recording) : [unseen('no recording was read')];
}

const languageCodes =
  /^(en|nl|fr|de|es|it|pl|cs|pt|da|sv|nb|nn|fi|hu|ro|sk|tr|el|bg|hr|sl|et|lv|lt|zh|ja)([-_]\w+)?$/i;

function languageMapsIn(json: unknown): object[] {
  if (Array.isArray(json)) return json.flatMap(languageMapsIn);
  if (!isRecord(json)) return [];
  const names = Object.keys(json);
  const isMap = isLanguageMap(json) && names.length > 0 && names.every((name) => languageCodes.test(name));
  return isMap ? [json] : Object.values(json).flatMap(languageMapsIn);
}

/** Whether an act was carried out. */
const isDone = (act: { readonly status: number } | undefined) =>
  act !== undefined && act.status >= 200 && act.status < 300;

/** By what each assumption is proven. One that is missing here does not compile. */
const proofsOf: Readonly<Record<VisibleAssumptionName, (seen: KitEvidence) => readonly KitProof[]>> = {
  key(seen) {
    const isAnswered = seen.calls.some(({ answer }) => answer.status === 200 && answer.json !== undefined);
    const isRefused = seen.calls.some(({ answer }) => answer.status === 401);
    const isRefusedWithout = seen.withoutKey === 401 || seen.withoutKey === 403;
    if (!isAnswered && isRefused) return [differs('apiKeyHeader', 'the key is not taken so')];
    if (!isAnswered) return [unseen('nothing was answered with the key')];
    return [isRefusedWithout ? holds : unseen('it answers without a key, too')];
  },
  language({ calls }) {
    const maps = calls.flatMap(({ answer }) => languageMapsIn(answer.json));
    if (maps.length === 0) return [unseen('no text was a language map')];
    const isMissing = maps.some((map) => !('en' in map));
    return [isMissing ? differs('language', 'a language map has no en') : holds];
  },
  findArticle: (seen) => recognisedAt(seen, 'operations.findArticle.path', 'operations.findArticle.query'),
  findProductOrder: (seen) => [
    ...recognisedAt(seen, 'operations.findProductOrder.path', 'operations.findProductOrder.query'),
    isListedYet(seen)
      ? holds
      : differs('operations.findProductOrder.query', 'an order that is completed is not listed any more'),
  ],
  readProductOrder: (seen) => [
    ...recognisedAt(seen, 'operations.readProductOrder.path'),
    absence(seen, 'readProductOrder'),
  ],
  createProductOrder: proofsOfCreation,
  createdProductOrder: proofsOfCreated,
  readRecording: (seen) => [
    ...recognisedAt(seen, 'operations.readRecording.path'),
    absence(seen, 'readRecording'),
  ],
  recordingsOfOrder: proofsOfRecordings,
  readWorkInstruction(seen) {
    const found = seen.looks.completed?.resources.readWorkInstruction;
    const { answers, contract } = seen;
    const name = createFieldReader(
      found?.resource,
      'workInstruction',
      startReading(contract),
    )('name', wordsForm);
    const isSame = name !== undefined && readsAs(name, answers.instruction ?? '');
    const path = recognisedAt(seen, 'operations.readWorkInstruction.path', 'workInstruction.id');
    return [...path, isSame ? holds : unseen('its name was not recognised')];
  },
  nextPage(seen) {
    const list = recognisedAt(seen, 'list.entries');
    const silent = seen.calls.some(isListWithoutEnd(seen.contract));
    if (silent) return [differs('list.next', 'a list does not say whether a page follows')];
    return [
      ...unmadeOrders(seen),
      ...list,
      seen.nextPage === true ? holds : unseen('no list had a second page'),
    ];
  },
  errorSentence(seen) {
    const refused = seen.calls.filter(({ answer }) => answer.status >= 400 && isRecord(answer.json));
    const silent = silentRefusal(seen) ?? refusalAsAnswer(seen);
    if (silent !== undefined) return [silent];
    if (refused.length === 0) return [unseen('nothing was refused with JSON')];
    return refused.map(({ answer: { json } }) => proofOfSentence(seen.contract, json));
  },
  article(seen) {
    const article = articleSeen(seen);
    const { contract, names } = seen;
    const number = nameForm.understand(valueAtOwn(article, contract.article.number), startReading(contract));
    const isUsed = isDone(seen.created) && orderSeen(seen, 'created') !== undefined;
    return [
      article
        ? proof('article.number', number, names.article, 'the number of the article')
        : unseen('not found'),
      isUsed ? holds : unseen('nothing was created of it'),
      article ? proofOfVariant(seen, article) : unseen('not found'),
    ];
  },
  productOrder: proofsOfOrder,
  completedStatus: proofsOfStatus,
  statusAtTrigger({ completedAtTrigger }) {
    if (completedAtTrigger === undefined) return [unseen('no trigger came to the port')];
    return [
      completedAtTrigger
        ? holds
        : differs('trustTrigger', 'the order was not completed when its trigger came'),
    ];
  },
  ownerOfRecording: (seen) =>
    ofCompleted(seen, (recording) => {
      const read = reader(recording, seen.contract).recording;
      return [
        proof(
          'recording.productOrderId',
          read('productOrderId', nameForm),
          orderSeen(seen)?.id,
          'the id of its order',
        ),
        proof(
          'recording.productOrderNumber',
          read('productOrderNumber', nameForm),
          seen.names.number,
          'the number of its order',
        ),
      ];
    }),
  instructionOfRecording: (seen) =>
    ofCompleted(seen, (recording) => {
      const read = reader(recording, seen.contract).recording;
      const { instruction, version } = seen.answers;
      const id = seen.looks.completed?.resources.readWorkInstruction?.id;
      return [
        id === undefined
          ? unseen('the work instruction was not read')
          : proof(
              'recording.workInstructionId',
              read('workInstructionId', nameForm),
              id,
              'the id that was answered',
            ),
        proof(
          'recording.workInstructionVersion',
          read('workInstructionVersion', amountForm),
          version,
          'its version',
        ),
        proof(
          'recording.workInstructionName',
          read('workInstructionName', wordsForm),
          instruction,
          'its name',
        ),
      ];
    }),
  timesOfRecording: proofsOfTimes,
  finalRecording: proofsOfFinal,
  steps: proofsOfSteps,
  namesOfSteps(seen) {
    if (seen.answers.step === undefined) return [unseen('no step was typed')];
    const isNamed = stepsSeen(seen).some((one) => isCalled(seen, one, seen.answers.step));
    const instruction = seen.looks.completed?.resources.readWorkInstruction?.resource;
    const { step } = seen.answers;
    const isIn = (json: unknown) => leavesOf(json).some((leaf) => readsAs(leaf, step));
    const isElsewhere = !isIn(recordingSeen(seen)?.resource) && isIn(instruction);
    if (isElsewhere) return [differs('step.nameIn', 'only the instruction has its name', 'workInstruction')];
    return [isNamed ? holds : unseen('no step of that name was recognised')];
  },
  judgedSteps: proofsOfJudgement,
  personalSteps(seen) {
    const { signed } = seen.answers;
    const types = stepsSeen(seen).map((step) => stepReader(step, seen.contract)('type', wordsForm));
    const isUntyped = types.length > 0 && types.every((type) => type === undefined);
    if (isUntyped) return [differs('step.type', 'no step says there of which type it is')];
    if (signed === undefined) return [unseen('nobody has signed')];
    const step = stepNamed(seen, signed);
    if (step === undefined) return [unseen('no step has the name of the one that was signed')];
    const [type, ...others] = [step, ...stepsSeen(seen).filter((one) => one !== step)].map((one) =>
      stepReader(one, seen.contract)('type', wordsForm),
    );
    if (type === undefined) return [differs('step.type', 'the step that was signed has none there')];
    // As a word of steps that name a person, it would hide what others have recorded.
    if (others.includes(type)) return [differs('step.type', 'a step that nobody has signed says the same')];
    const isKnown = isOneOf(defaultContract.personalStepTypes)(type);
    return [isKnown ? holds : differs('personalStepTypes', 'a signed step has this type', [type])];
  },
  components: proofsOfComponents,
  trigger({ triggers, names }) {
    const [last] = triggers.toReversed();
    if (last === undefined) return [unseen('no trigger was seen')];
    if (!last.parsed.ok) return [differs('trigger.productOrderNumber', last.parsed.reason)];
    const { productOrderNumber, recordingIds } = last.parsed.content;
    return [
      proof('trigger.productOrderNumber', productOrderNumber, names.number, 'the number of the order'),
      recordingIds.length > 0 ? holds : unseen('it names no recordings'),
    ];
  },
};

const isVisible = (name: AssumptionName): name is VisibleAssumptionName => name in proofsOf;

function proofOfVariant({ contract, names }: KitEvidence, article: object): KitProof {
  const { variant } = names;
  if (variant === undefined) return unseen('no variant was typed');
  const listed = valueAtOwn(article, contract.article.variants);
  const reading = startReading(contract);
  const words = Array.isArray(listed) ? listed.map((one) => variantWords(one, reading)) : [];
  const isThere = words.some((one) => one?.toLowerCase() === variant.toLowerCase());
  return isThere ? holds : differs('article.variants', 'the variant that was typed is not there');
}

/** Whether an order that was listed while it was open is still listed. */
function isListedYet({ looks, answers }: KitEvidence): boolean {
  const wasListed = looks.created?.resources.findProductOrder !== undefined;
  const isCompleted = looks.completed !== undefined && !isSkipped(answers.completed);
  return !(wasListed && isCompleted) || looks.completed?.resources.findProductOrder !== undefined;
}

/** A list that has more orders of the number than were made. */
function unmadeOrders({ created, again }: KitEvidence): KitProof[] {
  const made = [created, again].filter(isDone).length;
  if (again === undefined || again.orders <= made) return [];
  const why = `it lists ${again.orders} orders of that number, and ${made} were made: find what says which count`;
  return [differs('list.entries', why)];
}

/** A list that found something, and says nothing of a next page. */
const isListWithoutEnd =
  (contract: AzumutaContract) =>
  ({ operation, answer }: KitEvidence['calls'][number]): boolean => {
    const { findArticle, findProductOrder } = contract.operations;
    const isList = operation === findArticle || operation === findProductOrder;
    const { json, headers, status } = answer;
    const entries = valueAtOwn(json, contract.list.entries);
    const isFull = status === 200 && Array.isArray(entries) && entries.length > 0;
    return isList && isFull && valueAtOwn(json, contract.list.next) === undefined && !headers.has('link');
  };

/** A creation that has made nothing, and was answered as done. */
function silentRefusal({ unknownArticle, contract }: KitEvidence): KitProof | undefined {
  if (!isDone(unknownArticle) || unknownArticle?.orders !== 0) return undefined;
  if (isErrorSeen(contract, unknownArticle.json)) return undefined;
  return differs(
    'error.at',
    `a refusal is answered with ${unknownArticle.status}: find what says that it is one`,
  );
}

/** An answer in the form of a refusal, and with the status of one that was carried out. */
function refusalAsAnswer({ calls, contract }: KitEvidence): KitProof | undefined {
  const formOf = (json: unknown) => (isRecord(json) ? Object.keys(json).toSorted().join() : '');
  const forms = calls.flatMap(({ answer: { status, json } }) => (status >= 400 ? [formOf(json)] : []));
  const found = calls.find(({ answer: { status, json } }) => {
    const isRefusal = isRecord(json) && forms.includes(formOf(json));
    return status < 300 && isRefusal && !isErrorSeen(contract, json);
  });
  if (found === undefined) return undefined;
  return differs(
    'error.at',
    `a refusal is answered with ${found.answer.status}: find what says that it is one`,
  );
}

function isErrorSeen(contract: AzumutaContract, json: unknown): boolean {
  const seen = valueAtOwn(json, contract.error.at);
  return seen !== undefined && seen !== null && seen !== false;
}

/** Only one text may be the sentence, else another may be the one for people. */
function proofOfSentence(contract: AzumutaContract, json: unknown): KitProof {
  const isSentence = (leaf: unknown) => typeof leaf === 'string' && /\S\s+\S/.test(leaf);
  const sentences = leavesOf(json, 4).filter(isSentence);
  const read = [contract.error.sentence].flat().map((place) => valueAt(json, place));
  const [found] = read.filter(isSentence);
  if (sentences.length === 0) return unseen('a refusal had no sentence');
  if (found === undefined) return differs('error.sentence', 'its sentence is at none of the usual places');
  return sentences.length === 1
    ? holds
    : differs('error.sentence', 'an error has several sentences: look which one is meant');
}

function proofsOfCreation(seen: KitEvidence): readonly KitProof[] {
  const line = 'operations.createProductOrder';
  const { created, again } = seen;
  if (created === undefined) return [unseen('nothing was created')];
  if (created.status === 401 || created.status === 403) return [unseen('the key may only read')];
  if (!isDone(created)) return [differs(`${line}.body`, `it was refused (${created.status})`)];
  const refusal = again && !isDone(again) && again.status !== 409;
  const second = refusal
    ? differs(`${line}.exists`, `a number that exists is answered with ${again.status}`, [again.status])
    : again
      ? holds
      : unseen('it was not created twice');
  return [second, isAsCreated(seen) ? holds : unseen('what was created was not read again as it was sent')];
}

/** Whether the order shows what it was created with, by whatever lines were given. */
function isAsCreated(seen: KitEvidence): boolean {
  const read = readByContract(seen.contract, productOrderIn, orderSeen(seen, 'created')?.resource);
  if (!read.ok) return false;
  const { number, parameters, variants } = read.value;
  const { names, variantSent } = seen;
  const hasVariant = variantSent === undefined || variants.includes(variantSent);
  const isSame = number === names.number && Number(parameters[names.parameter]) === kitQuantity;
  return isSame && hasVariant;
}

function proofsOfCreated(seen: KitEvidence): readonly KitProof[] {
  const { created, contract } = seen;
  if (!isDone(created)) return [unseen('nothing was created')];
  const at = contract.operations.createProductOrder.answer;
  const read = readByContract(contract, createdProductOrderIn, valueAtOwn(created?.json, at));
  if (!read.ok) return read.invalid.map(({ line, found }) => differs(line, `found ${found}`));
  const { id, number, url } = read.value;
  const order = orderSeen(seen, 'created');
  const ids = seen.calls
    .filter(
      ({ stage, operation }) => stage === 'created' && operation === contract.operations.findProductOrder,
    )
    .flatMap(({ answer }) => leavesOf(answer.json).map(String));
  const isKnownId = id === order?.id || ids.includes(id);
  const link = valueAtOwn(order?.resource, contract.productOrder.url);
  const isLink = url !== undefined && url.replace(id, '') === String(link).replace(order?.id ?? '', '');
  return [
    isKnownId ? holds : differs('createdProductOrder.id', 'no order has this id'),
    proof('createdProductOrder.number', number, seen.names.number, 'the number that was sent'),
    url === undefined ? differs('createdProductOrder.url', 'nothing is there; expected its link') : holds,
    isLink && saysYes(seen.answers.orderLink) ? holds : unseen('nobody has said what its link opens'),
  ];
}

function proofsOfRecordings(seen: KitEvidence): readonly KitProof[] {
  const order = orderSeen(seen, 'completed')?.resource;
  const recording = recordingSeen(seen);
  if (!order || !recording) return [unseen('no recording was read')];
  const read = readByContract(seen.contract, productOrderIn, order);
  const ids = read.ok ? read.value.recordingIds : undefined;
  if (ids === undefined) return [differs('productOrder.recordings', 'the order lists none there')];
  const { recordings: count } = seen.answers;
  if (count === undefined) return [unseen('nobody has said how many there are')];
  if (Number(count) !== ids.length)
    return [differs('productOrder.recordings', `it lists ${ids.length}, and there are ${count}`)];
  return [ids.includes(recording.id ?? '') ? holds : unseen('what it lists was not read')];
}

function proofsOfOrder(seen: KitEvidence): readonly KitProof[] {
  const found = orderSeen(seen);
  if (!found) return [unseen('no order was read')];
  const { contract, names } = seen;
  const field = reader(found.resource, contract).order;
  const parameters = field('parameters', parametersForm) ?? {};
  const quantity = readSafely(() => parameters[names.parameter]);
  const variants = field('variants', listForm(variantWords), 'optional') ?? [];
  return [
    found.id === undefined
      ? unseen('it was not read by its id')
      : proof('productOrder.id', field('id', nameForm), found.id, 'the id that was answered'),
    proof('productOrder.number', field('number', nameForm), names.number, 'its number'),
    proof('productOrder.article', field('article', nameForm), names.article, 'the number of its article'),
    proof('productOrder.parameters', quantity, kitQuantity, 'what was sent'),
    proof('productOrder.variants', variants[0], seen.variantSent, 'the variant that was sent'),
    variants.length <= 1 ? holds : unseen('it has more variants than were sent'),
    linkProof('productOrder.url', field('url', wordsForm), seen.answers.orderLink),
  ];
}

function variantWords(entry: unknown, reading: ReturnType<typeof startReading>): string | undefined {
  if (!isRecord(entry)) return wordsForm.understand(entry, reading) ?? undefined;
  return createFieldReader(entry, 'variant', startReading(reading.contract))('name', wordsForm);
}

/** A value that throws once it is used, where it was not understood. */
function readSafely(read: () => unknown): unknown {
  try {
    const value = read();
    return typeof value === 'string' || typeof value === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

function proofsOfStatus(seen: KitEvidence): readonly KitProof[] {
  const completed = orderSeen(seen, 'completed')?.resource;
  const open = orderSeen(seen, 'created')?.resource;
  if (!completed || isSkipped(seen.answers.completed)) return [unseen('no order was completed')];
  const { contract } = seen;
  const wordsOf = (order: unknown) => reader(order, contract).order('status', wordsForm);
  const isFinished = isOneOf(defaultContract.completedStatuses);
  const [now, before] = [wordsOf(completed), wordsOf(open)];
  if (now === undefined) return [differs('productOrder.status', 'nothing is there')];
  const wasFinished = before !== undefined && isFinished(before);
  if (wasFinished) return [differs('productOrder.status', 'it says so of an open order, too')];
  // A word that says nothing must not be proposed: with it, each order would be a completed one.
  if (before === now) return [differs('productOrder.status', 'it says the same of an open order')];
  const isOpenWord = before === undefined || isOneOf(defaultContract.openStatuses)(before);
  const time = (order: unknown) => valueAtOwn(order, contract.productOrder.completedAt);
  const wasTimed = time(open) !== undefined && time(open) !== null;
  return [
    isFinished(now) ? holds : differs('completedStatuses', 'this is what a completed order says', [now]),
    before === undefined ? unseen('its status before was not seen') : holds,
    isOpenWord ? holds : differs('openStatuses', 'this is what an open order says', [before]),
    wasTimed ? differs('productOrder.completedAt', 'an open order has it, too') : holds,
    timeProof(seen, 'productOrder.completedAt', time(completed)),
  ];
}

function proofsOfTimes(seen: KitEvidence): readonly KitProof[] {
  return ofCompleted(seen, (recording) => {
    const { contract, answers } = seen;
    const read = reader(recording, contract).recording;
    const at = (name: 'startedAt' | 'finishedAt') => valueAtOwn(recording, contract.recording[name]);
    const [from, to] = [read('startedAt', instantForm), read('finishedAt', instantForm)].map((time) =>
      Date.parse(time ?? ''),
    );
    const lasted = ((to ?? Number.NaN) - (from ?? Number.NaN)) / 1000;
    const seconds = read('durationSeconds', amountForm);
    const isDuration = seconds !== undefined && Math.abs(lasted - seconds) <= 2 && lasted > 0;
    return [
      proof('recording.id', read('id', nameForm), recordingSeen(seen)?.id, 'the id that was answered'),
      timeProof(seen, 'recording.startedAt', at('startedAt')),
      timeProof(seen, 'recording.finishedAt', at('finishedAt')),
      isDuration ? holds : unseen('recording.durationSeconds is not the time between its two times'),
      proof('recording.operator', read('operator', wordsForm), answers.operator, 'the name that was typed'),
      linkProof('recording.url', read('url', wordsForm), answers.recordingLink),
    ];
  });
}

/** A result that changes after the order was completed was not final. */
function proofsOfFinal({ checked, answers }: KitEvidence): readonly KitProof[] {
  if (answers.doubleCheck === 'before') return [holds];
  if (checked === undefined) return [unseen('no double check was made')];
  const before = flattenContract(Object(checked.before));
  const after = new Map(flattenContract(Object(checked.after)));
  const changed = before.filter(([line, value]) => sourceOf(after.get(line)) !== sourceOf(value));
  const words = changed.filter(([line]) => ['string', 'boolean'].includes(typeof after.get(line)));
  const [path] =
    words.find(([line]) => instantForm.understand(after.get(line)) === undefined && line !== '') ?? [];
  const why = 'a double check comes after completion';
  if (path === undefined) return [differs('recording.settled', `${why}: find where the recording shows it`)];
  return [differs('recording.settled', why, { path, is: [after.get(path)] })];
}

function proofsOfSteps(seen: KitEvidence): readonly KitProof[] {
  const { answers, contract } = seen;
  if (!recordingSeen(seen)) return [unseen('no recording was read')];
  if (answers.step === undefined || answers.value === undefined) return [unseen('no step was typed')];
  const listed = valueAtOwn(recordingSeen(seen)?.resource, contract.recording.steps);
  const list = Array.isArray(listed) ? holds : differs('recording.steps', 'no list is there');
  const steps = stepsSeen(seen);
  const step = stepTyped(seen);
  const isNamed = isCalled(seen, step, answers.step);
  const name = isNamed ? holds : differs('step.name', 'no step has the name that was typed there');
  if (step === undefined) return [list, name];
  const read = stepReader(step, contract);
  const ids = steps.map((one) => stepReader(one, contract)('id', nameForm));
  const areIds = ids.every((id) => id !== undefined) && new Set(ids).size === ids.length;
  const value = valueAtOwn(step, contract.step.value);
  const isValue = readsAs(value, answers.value);
  return [
    list,
    name,
    isValue ? holds : differs('step.value', 'what was recorded is not there'),
    areIds ? holds : unseen('not each step has its own id there'),
    proof('step.unit', read('unit', wordsForm), answers.unit, 'its unit'),
  ];
}

function proofsOfJudgement(seen: KitEvidence): readonly KitProof[] {
  const step = stepTyped(seen);
  if (step === undefined) return [unseen('the step was not read')];
  const { limits, judged } = seen.answers;
  const read = stepReader(step, seen.contract);
  const [, least, most] = /^\s*(-?[\d.]+)\s*-\s*(-?[\d.]+)\s*$/.exec(limits ?? '') ?? [];
  const word = read('result', wordsForm);
  const isInOrder = word === undefined ? undefined : isOneOf(defaultContract.okResults)(word);
  const judgement = () => {
    if (judged === undefined) return unseen('nobody has said how it was judged');
    if (word === undefined) return differs('step.result', 'nothing is there');
    if (isInOrder === saysYes(judged)) return holds;
    return differs('okResults', 'this is what a step in order says', [word]);
  };
  return [
    proof('step.min', read('min', amountForm), least, 'its lower limit'),
    proof('step.max', read('max', amountForm), most, 'its upper limit'),
    judgement(),
  ];
}

function proofsOfComponents(seen: KitEvidence): readonly KitProof[] {
  const { component } = seen.answers;
  if (component === undefined) return [unseen('no component was typed')];
  const [article = '', quantity = '', lot = ''] = component.split(',').map((part) => part.trim());
  return ofCompleted(seen, (recording) => {
    const { contract } = seen;
    const listed = valueAtOwn(recording, contract.recording.components);
    if (!Array.isArray(listed)) return [differs('recording.components', 'no list is there')];
    const isTyped = listed.some((one) => {
      const read = createFieldReader(one, 'component', startReading(contract));
      const isLot = read('lot', nameForm) === lot;
      return (
        read('article', nameForm) === article && read('quantity', amountForm) === Number(quantity) && isLot
      );
    });
    return [isTyped ? holds : differs('component', 'what was typed is in none of its entries')];
  });
}
