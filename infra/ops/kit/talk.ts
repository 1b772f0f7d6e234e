import type { VisibleAssumptionName } from '../../../shared/azumuta/assumptions.ts';
import { contractSchema } from '../../../shared/azumuta/contract.ts';
import { articleIn } from '../../../shared/azumuta/creation-readers.ts';
import { readByContract } from '../../../shared/azumuta/field-readers.ts';
import type { AzumutaArticle } from '../../../shared/azumuta/operations.ts';
import { requestForCreation } from '../../../shared/azumuta/request-for-creation.ts';
import { nextPage } from '../../../shared/azumuta/requests.ts';
import { parseTrigger } from '../../../shared/azumuta/trigger.ts';
import { isOneOf, nameForm } from '../../../shared/azumuta/value-forms.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import { shorten } from '../../../shared/model/text.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { isRecord, leavesOf } from '../../../shared/platform/json.ts';
import { listAt } from '../../../shared/platform/places.ts';
import type { RecordedStage } from '../../local/recorded/account-recording.ts';
import { Account, Stopped } from '../probe/account.ts';
import { documentedList, Explorer } from '../probe/explore.ts';
import { proposeSettings } from '../probe/probe.ts';
import { listsIn, locateResource } from '../probe/recognise/json-nodes.ts';
import { preferOwnLines, valueAtOwn } from '../probe/recognise/own-lines.ts';
import { recogniseArticle, recogniseFields, recogniseVariants } from '../probe/recognise/recognise.ts';
import type { ScreenValues } from '../probe/screen-values.ts';
import {
  type Act,
  idsOfOrder,
  type KitEvidence,
  type KitNames,
  kitQuantity,
  orderSeen,
  recordingSeen,
} from './evidence.ts';
import {
  hasLeft,
  isSkipped,
  KitInterrupted,
  type KitPerson,
  type KitQuestion,
  type KitQuestionName,
  kitQuestions,
} from './questions.ts';
import type { ArrivedTrigger, TriggerListener } from './trigger-listener.ts';

/** Calls of one run, at most; it says so before. */
export const mostKitCalls = 200;

export interface KitSettings {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly names: KitNames;
  readonly contract: KitEvidence['contract'];
  readonly given: KitEvidence['given'];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly person: KitPerson;
  /** Where triggers arrive, if there is a tunnel. */
  readonly listener?: TriggerListener;
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** One run: what it asks the account and the person for, and what it has seen. */
class Talk {
  readonly settings: KitSettings;
  readonly account: Account;
  stage: RecordedStage = 'before';
  readonly seen: Writable<KitEvidence> & {
    readonly calls: Writable<KitEvidence['calls'][number]>[];
    readonly triggers: KitEvidence['triggers'][number][];
    readonly answers: Writable<KitEvidence['answers']>;
    readonly looks: Writable<KitEvidence['looks']>;
    readonly times: Writable<KitEvidence['times']>;
    readonly shown: Writable<KitEvidence['shown']>;
    inDoubt: readonly string[];
  };
  /** The article that orders are created of. */
  article: AzumutaArticle | undefined;
  /** Whether the variant that was typed is among its variants. */
  hasVariant = false;

  constructor(settings: KitSettings) {
    const { baseUrl, apiKey, contract, given, names, clock, signal } = settings;
    this.settings = settings;
    this.seen = {
      contract,
      given,
      names,
      answers: {},
      calls: [],
      looks: {},
      triggers: [],
      times: {},
      shown: {},
      inDoubt: [],
    };
    this.account = new Account({
      baseUrl,
      apiKey,
      contract,
      clock,
      signal,
      mayWrite: () => true,
      mostCalls: mostKitCalls,
      goesOnAfterRefusals: true,
      watch: (call) => this.seen.calls.push({ ...call, stage: this.stage }),
    });
  }

  async ask(name: KitQuestionName): Promise<string | undefined> {
    const { person } = this.settings;
    const question: KitQuestion = kitQuestions[name];
    const { takes } = question;
    const isOther = (word = '') => takes !== undefined && !['', ...takes].includes(word.toLowerCase());
    let answer = await person.answer(name, question);
    while (isOther(answer)) {
      person.say(`Type ${takes?.join(' or ')}, or press Enter alone.`);
      answer = await person.answer(name, question);
    }
    if (answer !== undefined) this.seen.answers[name] = answer;
    return answer;
  }

  async askAll(names: readonly KitQuestionName[]): Promise<void> {
    for (const name of names) await this.ask(name);
  }

  /** Explores all that there is, and recognises it by what is known of it. */
  async look(): Promise<void> {
    const { contract, clock } = this.settings;
    const values = screenValuesOf(this.seen);
    const explorer = new Explorer(this.account.ask, contract, values, true, idsOfOrder(this.seen));
    try {
      await explorer.follow();
    } finally {
      const { resources } = explorer;
      const recognised = recogniseFields(resources, values, clock.now());
      const findings = preferOwnLines([...explorer.findings, ...recognised], contract, resources, values);
      this.seen.looks[this.stage] = { resources, findings };
    }
  }

  /** The order by its id, as it is shown now. */
  async readOrder(): Promise<void> {
    const id = orderSeen(this.seen)?.id;
    if (id === undefined) return;
    const { status, json } = await this.account.ask(this.settings.contract.operations.readProductOrder, {
      id,
    });
    this.seen.shown[this.stage] = { status, json };
  }

  async readRecording(): Promise<unknown> {
    const found = recordingSeen(this.seen);
    if (found?.id === undefined) return undefined;
    const productOrder = { id: orderSeen(this.seen)?.id ?? '', number: this.seen.names.number };
    const { operations } = this.settings.contract;
    const answer = await this.account.ask(operations.readRecording, { id: found.id, productOrder });
    return locateResource(answer.json, [found.id])?.resource;
  }

  /** By the lines that are assumed or given, else by those that are recognised in it. */
  learnArticle(resource: object): void {
    const { contract, names } = this.seen;
    const { article, variant } = names;
    const findings = [
      ...recogniseArticle({ findArticle: { place: '', resource, places: [] } }, article),
      ...recogniseVariants({}, resource, variant),
    ];
    const recognised = contractSchema.parse(proposeSettings(contract, findings));
    const read = [contract, recognised].map((each) => readByContract(each, articleIn, resource));
    const isMeant = (one: AzumutaArticle) =>
      variant === undefined || one.variants.some(({ name }) => name.toLowerCase() === variant.toLowerCase());
    const all = read.flatMap((each) => (each.ok ? [each.value] : []));
    this.article = all.find(isMeant) ?? all[0];
    this.hasVariant = variant !== undefined && all.some(isMeant);
  }

  async create(number: string, article: AzumutaArticle, given = this.seen.names): Promise<Act> {
    const { baseUrl, contract, signal } = this.settings;
    const variant = this.hasVariant ? given.variant : undefined;
    const draft = {
      number,
      article: article.number,
      parameters: { [given.parameter]: kitQuantity },
      variants: variant === undefined ? [] : [variant],
    };
    const request = requestForCreation({ baseUrl, contract }, draft, article, { signal });
    const before = this.seen.inDoubt;
    this.seen.inDoubt = [...before, number];
    const { status, json } = await this.account.act(contract.operations.createProductOrder, request);
    const isAnswered = status > 0;
    if (isAnswered) this.seen.inDoubt = before;
    if (variant !== undefined) this.seen.variantSent = variant;
    return { status, json };
  }
}

/** What a screen shows of the order of the kit. */
function screenValuesOf({ names, answers }: KitEvidence): ScreenValues {
  const { article, number, variant, parameter } = names;
  const isRecorded = answers.value !== undefined;
  return {
    number,
    article,
    parameter: { name: parameter, value: String(kitQuantity) },
    ...(variant === undefined ? {} : { variant }),
    ...(answers.status === undefined ? {} : { completedStatus: answers.status }),
    ...(isRecorded ? { recorded: recordedOf(answers) } : {}),
  };
}

const recordedOf = ({ value = '', step }: KitEvidence['answers']) =>
  step === undefined ? { value } : { value, step };

interface KitStep {
  readonly name: string;
  /** The stage of the order that begins with it. */
  readonly stage: RecordedStage;
  /** What the person reads first. */
  readonly says: (names: KitNames) => string;
  readonly does: (talk: Talk) => Promise<void>;
  /** What is seen in it, or is not seen at all. */
  readonly proves: readonly VisibleAssumptionName[];
}

/** How the person and the program talk, in this order. */
export const kitSteps = [
  {
    name: 'article',
    stage: 'before',
    says: ({ article }) => `Reading article ${article}.`,
    does: readBefore,
    proves: ['key', 'language', 'findArticle', 'nextPage'],
  },
  {
    name: 'creation',
    stage: 'created',
    says: ({ number, otherNumber }) =>
      `Creating ${number} twice, and trying ${otherNumber} of an article that there is not.`,
    does: createOrders,
    proves: [
      'article',
      'createProductOrder',
      'createdProductOrder',
      'findProductOrder',
      'readProductOrder',
      'errorSentence',
    ],
  },
  {
    name: 'completion',
    stage: 'completed',
    says: ({ number }) =>
      `In Azumuta, build ${number}: record a number that stands nowhere else, such as 36 (within its limits), a choice, a photo, a double check and a signature, as far as there are such steps. Then complete it. Note what the screen says of step, number, unit, limits, signer, work instruction and version: it is asked for afterwards.`,
    does: followCompletion,
    proves: [
      'productOrder',
      'completedStatus',
      'statusAtTrigger',
      'trigger',
      'recordingsOfOrder',
      'readRecording',
      'ownerOfRecording',
      'instructionOfRecording',
      'timesOfRecording',
      'readWorkInstruction',
      'steps',
      'namesOfSteps',
      'judgedSteps',
      'personalSteps',
      'components',
    ],
  },
  {
    name: 'opening',
    stage: 'opened',
    says: ({ number }) => `Now ${number} is opened again.`,
    async does(talk) {
      if (!isSkipped(await talk.ask('opened'))) await talk.readOrder();
    },
    proves: [],
  },
  {
    name: 'correction',
    stage: 'corrected',
    says: () => 'Now what was recorded is corrected.',
    async does(talk) {
      if (isSkipped(await talk.ask('corrected'))) return;
      talk.seen.correctedRecording = await talk.readRecording();
      await talk.readOrder();
    },
    proves: ['finalRecording'],
  },
  {
    name: 'deletion',
    stage: 'deleted',
    says: ({ number }) => `Now ${number} is removed.`,
    async does(talk) {
      if (isSkipped(await talk.ask('deleted'))) return;
      await talk.readOrder();
      await talk.readRecording();
    },
    proves: [],
  },
  {
    name: 'batch',
    stage: 'batch',
    says: () => 'Last, an order within a batch: it is only read.',
    does: readBatch,
    proves: [],
  },
] as const satisfies readonly KitStep[];

/** A new assumption must stand in a step: `true` does not compile while one is proven by none. */
type Unproved = Exclude<VisibleAssumptionName, (typeof kitSteps)[number]['proves'][number]>;
export const provesEachAssumption: [Unproved] extends [never] ? true : Unproved = true;

/** Runs the steps, until the person leaves or the account is asked no more. */
export async function talkWithAccount(settings: KitSettings): Promise<KitEvidence> {
  const talk = new Talk(settings);
  const { person, clock, listener } = settings;
  try {
    for (const step of kitSteps) {
      talk.stage = step.stage;
      talk.account.forget();
      const from = clock.now().getTime();
      listener?.begin((request) => noticeTrigger(talk, request, from));
      person.say(step.says(talk.seen.names));
      await step.does(talk).finally(() => {
        talk.seen.times[step.stage] = { from, to: clock.now().getTime() };
      });
    }
  } catch (error) {
    if (!(error instanceof Stopped || error instanceof KitInterrupted)) throw error;
    talk.seen.stopped = settings.signal.aborted ? hasLeft : error.message;
  }
  return talk.seen;
}

async function readBefore(talk: Talk): Promise<void> {
  const { account, settings, seen } = talk;
  const { contract } = settings;
  const { article, variant, number } = seen.names;
  await followList(talk);
  const { findArticle, findProductOrder } = contract.operations;
  const found = await account.ask(findArticle, { number: article });
  await account.ask(findProductOrder, { number });
  const asked = seen.calls.find(({ operation }) => operation === findArticle);
  if (asked) seen.withoutKey = (await account.act(findArticle, asked.request, false)).status;
  const entry = listAt(found.json, contract.list.entries).find(
    (one) =>
      nameForm.understand(valueAtOwn(one, contract.article.number), { contract, invalid: [], whose: '' }) ===
      article,
  );
  const located = entry ?? locateResource(found.json, [article])?.resource;
  if (located !== undefined) talk.learnArticle(located);
  if (talk.article === undefined)
    settings.person.say(`Article ${article} is not found: nothing can be created of it.`);
  else if (variant !== undefined && !talk.hasVariant)
    settings.person.say(
      `Variant ${variant} is not found among those of article ${article}: ${number} is created without it. If it is written otherwise there, press Ctrl-C and begin again.`,
    );
}

/** The one list that Azumuta documents: whether its next page is where `next` leads. */
async function followList({ account, settings, seen }: Talk): Promise<void> {
  const { contract, signal, baseUrl } = settings;
  const operation = documentedList;
  const { json } = await account.ask(operation, {});
  const call = seen.calls.find((one) => one.operation === operation);
  const entries = listAt(json, contract.list.entries);
  if (call === undefined || entries.length === 0) return;
  const next = nameForm.understand(valueAtOwn(json, contract.list.next), {
    contract,
    invalid: [],
    whose: '',
  });
  const page = { baseUrl, contract, operation, values: {}, entries, next: next ?? undefined, signal };
  const request = nextPage({ ...page, request: call.request, answer: call.answer });
  if (typeof request === 'string') return;
  const following = await account.act(operation, request);
  const more = listAt(following.json, contract.list.entries);
  const first = JSON.stringify(entries);
  seen.nextPage = more.length > 0 && more.every((one) => !first.includes(JSON.stringify(one)));
}

async function createOrders(talk: Talk): Promise<void> {
  const { seen, article, settings } = talk;
  const { number, otherNumber } = seen.names;
  if (article) {
    try {
      seen.created = await talk.create(number, article);
      const wasCreated = seen.created.status < 300;
      if (wasCreated) {
        const again = await talk.create(number, article);
        seen.again = { ...again, orders: await countListed(talk, number) };
        const unknown = {
          ...article,
          id: unknownId(article.id),
          number: `${article.number}-KIT`,
          variants: [],
        };
        const without = { ...seen.names, variant: undefined };
        const refused = await talk.create(otherNumber, unknown, without);
        seen.unknownArticle = { ...refused, orders: await countListed(talk, otherNumber) };
      }
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      settings.person.say(error.message);
    }
  }
  talk.account.forget();
  if (seen.created === undefined || seen.created.status >= 300) {
    const why = seen.created?.status === 403 ? 'The key may only read' : 'It could not be created';
    settings.person.say(`${why} (${seen.created?.status ?? 'nothing was sent'}): ${number}.`);
    const said = refusedCreate(seen);
    if (said !== undefined) settings.person.say(`Azumuta says: ${said}`);
    if (!isSkipped(await talk.ask('byHand'))) seen.isMadeByHand = true;
  }
  await talk.look();
  // Nothing of it could be read later, and somebody would build it in vain.
  if (orderSeen(seen) === undefined) throw new Stopped(orderNotFound(seen));
}

/** Azumuta's own sentence about a create that it refused. */
function refusedCreate({ created, contract }: KitEvidence): string | undefined {
  const said = valueAtOwn(created?.json, contract.error.sentence);
  return typeof said === 'string' && said !== '' ? shorten(said, 200) : undefined;
}

function orderNotFound({ names, contract }: KitEvidence): string {
  const { method = 'GET', path } = contract.operations.findProductOrder;
  return `${names.number} is not found with ${method} ${path}, so there is nothing to compare. Ask Azumuta how an order is found by its number, write that into a file (--help shows how), and begin again with --contract.`;
}

const unknownId = (id: string) => (/^\d+$/.test(id) ? '999999999' : id.replace(/[a-z\d]/gi, 'q'));

/** How many orders of the number the account lists now. */
async function countListed({ account, settings }: Talk, number: string): Promise<number> {
  account.forget();
  const { json } = await account.ask(settings.contract.operations.findProductOrder, { number });
  const [longest = 0] = listsIn(json)
    .map(({ value }) => value.filter((one) => isRecord(one) && leavesOf(one, 3).includes(number)).length)
    .toSorted((a, b) => b - a);
  return longest;
}

/** What the person types of what the screen shows, once the order is completed. */
const asksAboutCompletion = [
  'status',
  'step',
  'value',
  'unit',
  'limits',
  'judged',
  'signed',
  'operator',
  'instruction',
  'version',
  'recordings',
  'component',
] as const satisfies readonly KitQuestionName[];

async function followCompletion(talk: Talk): Promise<void> {
  const { seen, settings } = talk;
  const { productOrder } = settings.contract;
  const link = valueAtOwn(orderSeen(seen)?.resource, productOrder.url);
  if (typeof link === 'string')
    settings.person.say(`If there are two of that number, build this one: ${link}`);
  if (isSkipped(await talk.ask('completed'))) return;
  settings.person.say('Now what the screen shows of it. Enter alone leaves a question out.');
  await talk.askAll(asksAboutCompletion);
  talk.account.forget();
  await talk.look();
  await confirmLinks(talk);
  const before = recordingSeen(seen)?.resource;
  if ((await talk.ask('doubleCheck')) === 'after') {
    talk.account.forget();
    seen.checked = { before, after: await talk.readRecording() };
  }
  const heard = settings.listener ? ` ${seen.triggers.length} triggers came so far.` : '';
  settings.person.say(
    `If somebody has configured a trigger on the category of the article, it has come by now.${heard}`,
  );
  await readPasted(talk);
}

/** Of a link, only a person sees what it opens. */
async function confirmLinks(talk: Talk): Promise<void> {
  const { contract, person } = talk.settings;
  const links = [
    ['orderLink', valueAtOwn(orderSeen(talk.seen)?.resource, contract.productOrder.url)],
    ['recordingLink', valueAtOwn(recordingSeen(talk.seen)?.resource, contract.recording.url)],
  ] as const;
  for (const [name, link] of links) {
    if (typeof link !== 'string' || !/^https?:/i.test(link)) continue;
    person.say(link);
    await talk.ask(name);
  }
}

const mostPastes = 3;

async function readPasted(talk: Talk): Promise<void> {
  const from = talk.settings.clock.now().getTime();
  for (let paste = 0; paste < mostPastes; paste++) {
    const pasted = await talk.ask('trigger');
    if (pasted === undefined) return;
    const request = requestIn(pasted);
    if (request !== undefined) {
      await noticeTrigger(talk, request, from);
      return;
    }
    talk.settings.person.say('That is no request of a trigger: paste its address with a query, or its JSON.');
  }
}

type TriggerRequestSeen = Omit<ArrivedTrigger, 'answered'> & { readonly answered?: number };

/** An address with a query, or a body of JSON, perhaps with its head above it. */
export function requestIn(pasted: string): TriggerRequestSeen | undefined {
  const start = pasted.indexOf('{');
  const body = start === -1 ? '' : pasted.slice(start, pasted.lastIndexOf('}') + 1);
  try {
    if (isRecord(JSON.parse(body))) return { method: 'POST', rawQueryString: '', body };
  } catch {
    // It may be an address.
  }
  const [, query] = /\?([^\s#]+=[^\s#]*)/.exec(pasted) ?? [];
  return query === undefined ? undefined : { method: 'GET', rawQueryString: query, body: '' };
}

async function noticeTrigger(talk: Talk, request: TriggerRequestSeen, from: number): Promise<void> {
  const { contract, clock } = talk.settings;
  const { method, rawQueryString, body, answered } = request;
  const parsed = parseTrigger({ method, rawQueryString, body: Buffer.from(body) }, contract.trigger);
  const ms = clock.now().getTime() - from;
  talk.seen.triggers.push({ stage: talk.stage, method, rawQueryString, body, answered, ms, parsed });
  const id = orderSeen(talk.seen)?.id;
  const isFirst = talk.seen.completedAtTrigger === undefined && answered !== undefined;
  const isOfCompletion = isFirst && talk.stage === 'completed';
  if (!isOfCompletion || id === undefined) return;
  talk.account.forget();
  const { json } = await talk.account.ask(contract.operations.readProductOrder, { id });
  const order = locateResource(json, [talk.seen.names.number])?.resource;
  const words = leavesOf(valueAtOwn(order, contract.productOrder.status) ?? []).map(String);
  talk.seen.completedAtTrigger = words.some(isOneOf(contract.completedStatuses));
}

async function readBatch(talk: Talk): Promise<void> {
  const number = await talk.ask('batch');
  if (number === undefined) return;
  const { contract } = talk.settings;
  const { status, json } = await talk.account.ask(contract.operations.findProductOrder, { number });
  talk.seen.shown.batch = { status, json: locateResource(json, [number])?.resource };
}

/** The order's id and its link, of whatever the kit has made. */
export function madeByKit(
  seen: KitEvidence,
): { readonly number: string; readonly link: string | undefined }[] {
  const { names, contract, created, unknownArticle } = seen;
  const isMade = (act: Act | undefined) => act !== undefined && act.status < 300;
  const link = valueAtOwn(orderSeen(seen)?.resource, contract.productOrder.url);
  const known = typeof link === 'string' ? link : undefined;
  const twice = (seen.again?.orders ?? 0) > 1 || isMade(seen.again);
  // Where the key may only read, a person has made it.
  const isThere = isMade(created) || orderSeen(seen) !== undefined || seen.isMadeByHand === true;
  return [
    ...(isThere ? [{ number: names.number, link: known }] : []),
    ...(isMade(created) && twice ? [{ number: `${names.number} (a second one)`, link: undefined }] : []),
    ...((unknownArticle?.orders ?? 0) > 0 ? [{ number: names.otherNumber, link: undefined }] : []),
    ...seen.inDoubt.map((number) => ({
      number: `${number} (look whether it is there: a create of it had no answer)`,
      link: undefined,
    })),
  ];
}
