import { isDeepStrictEqual } from 'node:util';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod/mini';
import { type BookedFigures, maxContentBytes, type PlannedBooking } from '../ledger/records/bookings.ts';
import { detailLines, lotLine } from '../model/completion-lines.ts';
import { type CompletedProductOrder, type Completion, completionSchema } from '../model/completions.ts';
import { type About, Rejected, Wait } from '../model/errors.ts';
import { formatQuantity, type Quantity } from '../model/quantity.ts';
import { definedFields } from '../model/unread.ts';

export type Completed = readonly [CompletedProductOrder, ...CompletedProductOrder[]];

/** The configuration's mapping. @throws Rejected */
export type MapCompletion = (kind: Completion['kind'], completed: Completed) => Completion;

const bookingContentSchema = z.omit(completionSchema, { kind: true, erpOrder: true, productOrder: true });

/**
 * What most contents have in common. It is there for what a booking costs: DynamoDB counts each write in units of 1 KB, and
 * with this text a usual content takes a third of its bytes, 130 less than without, so that its booking remains within one
 * unit. A content can only be read with the text that it was written with, and the ledger holds contents of 0.3.0: it never
 * changes, not even by a character.
 */
const dictionary = Buffer.from(
  '"unit":"pcs","scrapped":true},"scrap":{"amount":"1"},{"number":"","quantity":{"operation":"Azumuta product order : recording(s) of ."},{"name":"","url":"https://app.azumuta.com/recordings/{"article":"","completedAt":"2026-01-01T00:00:00.000Z","completedOn":"2026-01-01","quantity":{"amount":"1"},"final":true,"lots":[],"notes":["Azumuta product order "],"links":[{"name":"Azumuta ","url":"https://app.azumuta.com/product-orders/"}],"work":[{"id":"","seconds":1,"date":"2026-01-01"}]}',
);

export const compressContent = (json: string): Uint8Array => deflateRawSync(json, { dictionary });
export const decompressContent = (content: Uint8Array): string =>
  inflateRawSync(content, { dictionary }).toString();

/** What is booked, compressed. @throws Rejected when it is more than one booking can hold. */
export function packCompletion({ erpOrder, productOrder, kind: _, ...content }: Completion): Uint8Array {
  const bytes = compressContent(JSON.stringify(content));
  if (bytes.length <= maxContentBytes) return bytes;
  const sentence = `ERP order ${erpOrder.number} is completed with more notes, links, lots, components and checks, from product order ${productOrder.number} on, than one booking can hold (40 KB compressed): map less, or book it in the ERP by hand.`;
  throw new Rejected(sentence, { causeCode: 'completion-unclear' });
}

/** What a booking holds. @throws ZodMiniError on anything that `packCompletion` did not write. */
export function unpackCompletion(
  content: Uint8Array,
  { kind, erpOrder, productOrder }: PlannedBooking,
): Completion {
  const parsed = z.parse(bookingContentSchema, JSON.parse(decompressContent(content)));
  return { ...parsed, kind, erpOrder, productOrder };
}

export function figuresOf(completion: Completion): BookedFigures {
  const { quantity: good, scrap, lots, notes, links, completedAt } = completion;
  const { components, operations, checks } = completion;
  return definedFields({
    good,
    scrap,
    lots: lots.length,
    notes: notes.length,
    links: links.length,
    components: components?.used.length,
    operations: operations?.length,
    checks: checks?.length,
    completedAt,
  });
}

/** What a person compares: `5 pcs good, 1 pcs scrap, lots A, B`. Times of operations are not: each recording adds to them. */
export function figuresInWords(completion: Completion): string {
  const { quantity: good, scrap, lots, components } = completion;
  const { scrap: reasons, component } = detailLines(
    definedFields({ scrapReasons: completion.scrapReasons, components }),
  );
  const rest = [
    ...(lots.length > 0 ? [`lots ${lots.map(lotLine).sort().join(', ')}`] : []),
    ...(reasons.length > 0 ? [`scrap ${reasons.join(', ')}`] : []),
    ...(component.length > 0 ? [`components ${component.join('; ')}`] : []),
  ];
  return quantitiesInWords(good, scrap, rest.join(', '));
}

/**
 * Whether an ERP that has refused the one would refuse the other for the same reason: what a person corrects in Azumuta is
 * the same. A time, a note or a link may differ each time that an order is read.
 */
export function isCorrectedAlike(refused: Completion, now: Completion): boolean {
  const hasSameFigures = figuresInWords(refused) === figuresInWords(now);
  const besides = ({ article, operations, checks }: Completion) => [article, operations, checks];
  return hasSameFigures && isDeepStrictEqual(besides(refused), besides(now));
}

const countedThings = ['lot', 'component', 'operation', 'check', 'note', 'link'] as const;

/** `5 pcs good, 1 pcs scrap, lots A, B, 3 checks`. @param lots Their numbers, while they are known; else they are counted. */
export function bookedFiguresIn(figures: BookedFigures | undefined, lots: readonly string[] = []): string {
  if (!figures) return 'nothing that could be mapped';
  const counted = countedThings.flatMap((thing) => {
    const count = figures[`${thing}s`] ?? 0;
    const many = count === 1 ? thing : `${thing}s`;
    if (count === 0) return [];
    return thing === 'lot' && lots.length > 0 ? `${many} ${lots.join(', ')}` : `${count} ${many}`;
  });
  return quantitiesInWords(figures.good, figures.scrap, counted.join(', ')) || 'no figures';
}

function quantitiesInWords(good: Quantity | undefined, scrap: Quantity | undefined, rest: string): string {
  const words = [good && `${formatQuantity(good)} good`, scrap && `${formatQuantity(scrap)} scrap`, rest];
  return words.filter(Boolean).join(', ');
}

/**
 * What an amendment books: notes, links and checks of its new recordings alone. They never change what was booked: if
 * they would, a person has to act.
 * @param completed The product orders with all recordings. @throws Rejected with both figures.
 */
export function amendmentContent(
  map: MapCompletion,
  completed: Completed,
  newRecordingIds: readonly string[],
): Completion {
  const isNew = (id: string) => newRecordingIds.includes(id);
  const earlier = withRecordings(completed, (id) => !isNew(id));
  const [before, after] = [map('quantity', earlier), map('quantity', completed)];
  const [was, is] = [figuresInWords(before), figuresInWords(after)];
  if (was === is) {
    const amendment = map('amendment', withRecordings(completed, isNew));
    const known = new Set((before.checks ?? []).map((check) => JSON.stringify(check)));
    const late = (after.checks ?? []).filter((check) => !known.has(JSON.stringify(check)));
    return { ...amendment, ...definedFields({ checks: late.length > 0 ? late : undefined }) };
  }
  const { productOrder, erpOrder } = after;
  throw new Rejected(
    `Recording ${newRecordingIds.join(', ')} of product order ${productOrder.number} came after it was booked as ${was}; with it, it would be ${is}. Correct ERP order ${erpOrder.number} by hand, then discard this.`,
    { causeCode: 'booked-otherwise' },
  );
}

function withRecordings([first, ...others]: Completed, isWanted: (id: string) => boolean): Completed {
  const choose = (order: CompletedProductOrder) => ({
    ...order,
    recordings: order.recordings.filter(({ id }) => isWanted(id)),
  });
  return [choose(first), ...others.map(choose)];
}

export function aboutOf(booking: PlannedBooking & { readonly content?: Uint8Array | undefined }): About {
  const figures = booking.content ? figuresInWords(unpackCompletion(booking.content, booking)) : '';
  const facts: { readonly [Field in keyof Required<About>]: About[Field] } = {
    booking: booking.key,
    figures: figures || undefined,
  };
  return definedFields(facts);
}

/** Another attempt was faster: this message looks again in a moment. */
export function plannedByAnother({ key }: PlannedBooking): Wait {
  const sentence = `Another attempt planned booking ${key} in the same moment.`;
  return new Wait(sentence, { awaits: 'our-lock' });
}
