import type { AzumutaProductOrder, AzumutaRecording } from '../azumuta/answer-readers.ts';
import { type AzumutaReader, readByIdOrNumber } from '../azumuta/reader.ts';
import { stepIdsOf, withStepNames } from '../azumuta/step-names.ts';
import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { CompletionsLedger } from '../ledger/ledger.ts';
import type { CompletedPart } from '../ledger/records/erp-orders.ts';
import type { WhoBooks } from '../life/who-books.ts';
import type { CompletedProductOrder, EachField, RecordedStep, Recording } from '../model/completions.ts';
import { personalFields } from '../model/completions.ts';
import { OutOfTime, Rejected } from '../model/errors.ts';
import { type OrderPart, productOrderRefOf } from '../model/orders.ts';
import { definedFields, readOrWhy, Unread, withFields } from '../model/unread.ts';
import type { Clock } from '../platform/clock.ts';
import type { PartnerCall } from '../platform/http.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import type { BuiltPart } from './decide-bookings.ts';
import { hintId } from './decide-question.ts';

interface ReaderDependencies {
  readonly ledger: {
    readonly workInstructionNames: Pick<CompletionsLedger['workInstructionNames'], 'readNames'>;
  };
  readonly azumuta: AzumutaReader;
  readonly partners: Pick<PartnerCalls, 'call'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Whether operators' names and signatures (personal data) are passed on to the mapping. */
  readonly includeOperators: boolean;
}

type Owner = Pick<AzumutaProductOrder, 'id' | 'number'>;

/** A recording as the mapping may see it. */
export interface ReadRecording {
  readonly recording: Recording;
  /** What it shows where it would say that nothing changes any more; undefined once it does. */
  readonly unsettled?: string;
}

interface WantedRecording {
  readonly id: string;
  readonly productOrder: Owner;
  /** Only a trigger names it, and a trigger may be forged: the recording must say which product order it belongs to. */
  readonly hinted?: true;
}

interface WantedParts {
  readonly wanted: readonly CompletedPart[];
  /** The part that the hint is about. */
  readonly current: {
    readonly order: AzumutaProductOrder;
    readonly recordingIds: readonly string[] | undefined;
  };
  /** Recordings that are in bookings, or were read already. */
  readonly known: ReadonlySet<string>;
}

interface ReadPart extends CompletedPart {
  /** Undefined when Azumuta does not have it. */
  readonly order: AzumutaProductOrder | undefined;
}

/** Those that Azumuta lists, else those that triggers named; undefined where nobody says which there are. */
function recordingsOfPart(
  { named = [] }: Pick<CompletedPart, 'named'>,
  { recordingIds }: AzumutaProductOrder,
): readonly string[] | undefined {
  return recordingIds ?? (named.length > 0 ? named : undefined);
}

/** Those of the parts that are completed. */
export function completedPartsIn(
  parts: readonly ReadPart[],
  whoBooks: (order: AzumutaProductOrder) => WhoBooks,
): BuiltPart[] {
  return parts.flatMap(({ order, ...part }) => {
    if (!order?.completed) return [];
    const { index, madeFor } = part;
    return [
      { index, madeFor, order, recordingIds: recordingsOfPart(part, order), bookedBy: whoBooks(order) },
    ];
  });
}

/** Calls to Azumuta at the same time within one attempt: few, as several attempts run at the same time. */
const readsAtOnce = 4;
/** With more than this, most are left by hints that never came back. */
const maxReadings = 500;
/** What was read longer ago is read again: it may have been corrected. */
const readingLastsMs = 10 * 60_000;

/** Of one attempt at a hint, and of the next one, where the first was out of time. */
interface Reading {
  readonly begunAt: Date;
  /** Recordings that are read, and that a failed attempt did not come to use. */
  readonly recordings: Map<string, AzumutaRecording>;
}

type ReadingAttempt = Pick<WorkAttempt, 'messageId' | 'sentAt' | 'signal'>;

/**
 * Reads completed product orders, again for each attempt, and their recordings. Those that an attempt has read before it
 * failed stay in memory for the same hint: else a completion that takes longer to read than an attempt may last would
 * never be read. What another hint has read may have been corrected since: that is why the other came.
 */
export class CompletionReader {
  readonly #dependencies: ReaderDependencies;
  /** By hint. */
  readonly #readings = new Map<string, Reading>();

  constructor(dependencies: ReaderDependencies) {
    this.#dependencies = dependencies;
  }

  /** @returns the time of the oldest thing that it will use: a trigger that was sent later tells something new. */
  beginReading(attempt: ReadingAttempt): Date {
    const now = this.#dependencies.clock.now();
    const earlier = this.#readings.get(hintId(attempt));
    const goesOn = earlier && earlier.recordings.size > 0 && +now - +earlier.begunAt < readingLastsMs;
    if (goesOn) return earlier.begunAt;
    if (this.#readings.size >= maxReadings) this.#readings.clear();
    this.#readings.set(hintId(attempt), { begunAt: now, recordings: new Map() });
    return now;
  }

  /** A hint that asks about its order again reads all of it again: others that join it rely on that. */
  forgetReading(attempt: ReadingAttempt): void {
    this.#readings.delete(hintId(attempt));
  }

  async readProductOrder(wanted: Parameters<typeof readByIdOrNumber>[0], signal: AbortSignal) {
    const order = await this.#askAzumuta(wanted.number, signal, (azumuta, guarded) =>
      readByIdOrNumber(wanted, guarded, azumuta),
    );
    return this.#withRecordings(order, signal);
  }

  /**
   * Reads parts of an ERP order, each with those of its recordings that are not known, and first those of the part that the
   * hint is about: as many as there is time for, so that these are booked, and the others after them.
   */
  async readParts(
    { wanted, current, known }: WantedParts,
    attempt: ReadingAttempt,
  ): Promise<{
    readonly parts: readonly ReadPart[];
    readonly recordings: ReadonlyMap<string, ReadRecording>;
    /** Why there are parts that were not read. */
    readonly outOfTime?: OutOfTime;
  }> {
    const parts: ReadPart[] = [];
    const recordings = new Map<string, ReadRecording>();
    const readRecordingsOf = async (order: AzumutaProductOrder, ids: readonly string[] = []) => {
      const further = ids.filter((id) => !known.has(id)).map((id) => ({ id, productOrder: order }));
      for (const [id, recording] of await this.readRecordings(further, attempt))
        recordings.set(id, recording);
    };
    const readOne = async (part: CompletedPart) => {
      const found = await this.#askAzumuta(current.order.number, attempt.signal, (azumuta, guarded) =>
        azumuta.productOrder(part.productOrderId, guarded),
      );
      const order = await this.#withRecordings(found, attempt.signal);
      if (order?.completed) await readRecordingsOf(order, recordingsOfPart(part, order));
      parts.push({ ...part, order });
    };
    if (wanted.length > 0) await readRecordingsOf(current.order, current.recordingIds);
    try {
      await mapConcurrently(wanted, readsAtOnce, readOne);
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      return { parts, recordings, outOfTime: error };
    }
    return { parts, recordings };
  }

  async #withRecordings(
    order: AzumutaProductOrder | undefined,
    signal: AbortSignal,
  ): Promise<AzumutaProductOrder | undefined> {
    if (!order) return undefined;
    return this.#askAzumuta(order.number, signal, (azumuta, guarded) =>
      azumuta.withRecordings(order, guarded),
    );
  }

  /**
   * Reads recordings, each once, with the names of their work instructions. Ids that Azumuta does not know, or that
   * belong to another product order, are left out.
   * @throws Rejected for a hinted one that does not say which product order it belongs to.
   */
  async readRecordings(
    wanted: readonly WantedRecording[],
    attempt: ReadingAttempt,
  ): Promise<ReadonlyMap<string, ReadRecording>> {
    const owners = new Map(wanted.map(({ id, productOrder }) => [id, productOrder]));
    const found = new Map<string, AzumutaRecording | undefined>();
    await mapConcurrently([...owners], readsAtOnce, async ([id, owner]) =>
      found.set(id, await this.#readRecording(id, owner, attempt)),
    );
    for (const id of owners.keys()) this.#recordingsOf(attempt).delete(id);
    const read = new Map<string, ReadRecording>();
    for (const one of wanted) {
      const recording = found.get(one.id);
      if (!recording || !belongsTo(recording, one)) continue;
      const shown = forMapping(recording, this.#dependencies);
      const named = await this.#withWorkInstruction(shown, one.productOrder, attempt.signal);
      read.set(one.id, definedFields({ recording: named, unsettled: recording.unsettled }));
    }
    return read;
  }

  /**
   * The first recording that a trigger names and the order does not have may be of another one in Azumuta, which has its
   * number as well. @returns that recording, and the id of the other product order
   */
  async findOtherOfNumber(
    named: readonly string[],
    own: readonly string[],
    { id: ours, number }: Owner,
    attempt: ReadingAttempt,
  ): Promise<{ readonly recording: string; readonly id: string } | undefined> {
    const recording = named.find((one) => !own.includes(one));
    if (recording === undefined) return undefined;
    const id = (await this.#readRecording(recording, { id: ours, number }, attempt))?.productOrder.id;
    if (id === undefined || id === ours) return undefined;
    const other = await this.#askAzumuta(number, attempt.signal, (azumuta, guarded) =>
      azumuta.productOrder(id, guarded),
    );
    return other?.number === number ? { recording, id } : undefined;
  }

  #askAzumuta<Answer>(
    order: string,
    signal: AbortSignal,
    question: (azumuta: AzumutaReader, guarded: PartnerCall) => Promise<Answer>,
  ): Promise<Answer> {
    const { partners, azumuta } = this.#dependencies;
    return partners.call('azumuta', signal, (guarded) => question(azumuta, guarded), order);
  }

  async #readRecording(
    id: string,
    owner: Owner,
    attempt: ReadingAttempt,
  ): Promise<AzumutaRecording | undefined> {
    const recordings = this.#recordingsOf(attempt);
    const earlier = recordings.get(id);
    if (earlier) return earlier;
    const recording = await this.#askAzumuta(owner.number, attempt.signal, (azumuta, guarded) =>
      azumuta.recording(id, guarded, owner),
    );
    if (recording) recordings.set(id, recording);
    return recording;
  }

  #recordingsOf(attempt: ReadingAttempt): Reading['recordings'] {
    return this.#readings.get(hintId(attempt))?.recordings ?? new Map();
  }

  async #withWorkInstruction(recording: Recording, of: Owner, signal: AbortSignal): Promise<Recording> {
    const { azumuta, ledger } = this.#dependencies;
    const { namesSteps } = azumuta;
    const { workInstruction } = recording;
    if (!workInstruction) return namesSteps ? withStepNames(recording, {}) : recording;
    const { id, version } = workInstruction;
    const wanted = { ...workInstruction, steps: namesSteps ? stepIdsOf(recording) : [] };
    const { name, steps = {} } = await ledger.workInstructionNames.readNames(wanted, () =>
      this.#askAzumuta(of.number, signal, (asked, guarded) => asked.workInstruction(id, guarded, version)),
    );
    const called =
      name === undefined
        ? recording
        : withFields(recording, { workInstruction: { ...workInstruction, name } });
    return namesSteps ? withStepNames(called, steps) : called;
  }
}

/** @throws Rejected when nothing proves whose a hinted one is: a forged call could choose what is booked. */
function belongsTo(
  { id, productOrder: owner }: AzumutaRecording,
  { productOrder: { id: wanted, number }, hinted }: WantedRecording,
): boolean {
  if (owner.id !== undefined) return owner.id === wanted;
  if (owner.number !== undefined) return owner.number === number;
  if (!hinted) return true;
  throw new Rejected(
    `Recording ${id}, which only the trigger names for product order ${number}, does not say which product order it belongs to: book ${number} by hand, and let Azumuta list the recordings of its product orders.`,
    { causeCode: 'completion-unclear' },
  );
}

/** They say whether it may be booked, not what was recorded. */
const fieldsOfReader = ['productOrder', 'unsettled'] as const;

/** A recording as the mapping may see it. The type of a step says whether it names a person, in any language. */
export function forMapping(
  recording: AzumutaRecording,
  { includeOperators }: Pick<ReaderDependencies, 'includeOperators'>,
): Recording {
  if (includeOperators) return withFields(recording, {}, [...fieldsOfReader]);
  return withFields(recording, { steps: recording.steps.map(withoutName) }, [
    ...fieldsOfReader,
    ...personalFields,
  ]);
}

function withoutName(step: RecordedStep): RecordedStep {
  const personal = readOrWhy(() => step.personal);
  // Where the type cannot be understood, the value may be a name.
  if (personal instanceof Unread) return withFields(step, { value: personal });
  return personal ? withFields(step, {}, ['value']) : step;
}

/** What is known of a completed product order besides what Azumuta answers of it. */
interface Completing extends Pick<CompletedProductOrder, 'erpOrder' | 'recordings'> {
  readonly part?: OrderPart | undefined;
  /** ISO time of its completion where Azumuta gives none. */
  readonly learnedAt: string;
}

export function completedOf(
  order: AzumutaProductOrder,
  { erpOrder, part, recordings, learnedAt }: Completing,
): CompletedProductOrder {
  const { article, parameters, completedAt = learnedAt } = order;
  const fields: EachField<CompletedProductOrder> = {
    productOrder: productOrderRefOf(order),
    erpOrder,
    part,
    article,
    parameters,
    variants: [],
    completedAt,
    recordings,
  };
  const variants = readOrWhy(() => order.variants);
  return withFields<CompletedProductOrder>(definedFields(fields), { variants });
}
