import * as z from 'zod/mini';
import {
  type ErpOrderRef,
  erpOrderRefSchema,
  type OrderPart,
  type ParameterValue,
  type ProductOrderRef,
  productOrderRefSchema,
} from './orders.ts';
import { quantitySchema } from './quantity.ts';
import { definedFields } from './unread.ts';

/** One answer in a recording: a check, a measurement, a confirmation, a signature. */
export interface RecordedStep {
  readonly id?: string;
  readonly name?: string;
  readonly value?: ParameterValue | readonly ParameterValue[];
  readonly unit?: string;
  /** Azumuta's judgement; absent where there is none. */
  readonly ok?: boolean;
  /** Limits of a measurement, where Azumuta tells them. */
  readonly min?: number;
  readonly max?: number;
  /** Its value names a person, as a signature does: present only if the mapping asks for operators. */
  readonly personal?: true;
}

/** Fields of a recording that name a person: passed on only if the mapping asks for operators, hidden in what is printed. */
export const personalFields = ['operator'] as const satisfies readonly (keyof Recording)[];

/** What an operator recorded while executing one work instruction. */
export interface Recording {
  readonly id: string;
  readonly workInstruction?: { readonly id: string; readonly version?: number; readonly name?: string };
  /** ISO instants with zone. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** Working time in seconds, where Azumuta gives it. */
  readonly durationSeconds?: number;
  /** Name of the person who recorded it. */
  readonly operator?: string;
  readonly steps: readonly RecordedStep[];
  /** What was used, where Azumuta keeps a list of it. */
  readonly components?: readonly RecordedComponent[];
  readonly url?: string;
}

/** A component in a recording: its article, and how much of which lot or serial number was used. */
export interface RecordedComponent {
  readonly article: string;
  readonly quantity?: string;
  readonly unit?: string;
  readonly lot?: string;
}

/** A completed product order with everything that was read from Azumuta: the input of a completion mapping. */
export interface CompletedProductOrder {
  readonly productOrder: ProductOrderRef;
  /** The ERP order that it was created from. */
  readonly erpOrder: ErpOrderRef;
  /** Which part of its ERP order it is; absent where that is not split, and for a product order typed by hand. */
  readonly part?: OrderPart;
  readonly article?: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly variants: readonly string[];
  /** ISO instant with zone; the moment we learned of it when Azumuta gives none. */
  readonly completedAt: string;
  readonly recordings: readonly Recording[];
}

const textField = z.string('a text');
export const linkSchema = z.object({ name: textField, url: textField });
export type Link = Readonly<z.output<typeof linkSchema>>;

export const usedLotSchema = z.object({
  number: textField,
  /** How much has this number. Absent: the rest; one piece each, when several have no quantity. */
  quantity: z.exactOptional(quantitySchema),
});
export type UsedLot = Readonly<z.output<typeof usedLotSchema>>;

export const lotSchema = z.extend(usedLotSchema, {
  /** What has this number is scrap, and counts as such. Absent: it is good, or scrap is not distinguished. */
  scrapped: z.exactOptional(z.literal(true)),
  /** Why it is scrap, in the plant's words or as the ERP's code. */
  reason: z.exactOptional(textField),
});
/** A lot or serial number that was built. */
export type Lot = Readonly<z.output<typeof lotSchema>>;

const scrapReason = z.object({ reason: textField, quantity: quantitySchema });
/** Why some of the scrap is scrap, where its lots do not say it. */
export type ScrapReason = Readonly<z.output<typeof scrapReason>>;

/** Where the shop floor recorded something, for a person who corrects it: the recording's id, and the step's name. */
const place = { recording: z.exactOptional(textField), step: z.exactOptional(textField) };
export type RecordedPlace = { readonly recording?: string; readonly step?: string };

export const componentSchema = z.object({
  /** The component's number in the ERP. */
  article: textField,
  /** What was used. Absent: what is planned for what was built. */
  quantity: z.exactOptional(quantitySchema),
  /** Where it was taken from. None: as the ERP chooses. */
  lots: z.readonly(z.array(usedLotSchema)),
  ...place,
});
export type Component = Readonly<z.output<typeof componentSchema>>;

export const operationSchema = z.object({
  /** The operation of the routing: its number, code or name in the ERP. */
  operation: textField,
  /** Only where the operations count: what left it. */
  good: z.exactOptional(quantitySchema),
  scrap: z.exactOptional(quantitySchema),
  setupSeconds: z.exactOptional(z.number()),
  /** Working time without the setup, or all of it where nobody tells them apart. */
  runSeconds: z.exactOptional(z.number()),
  finished: z.boolean('true or false'),
  ...place,
});
export type Operation = Readonly<z.output<typeof operationSchema>>;

export const checkSchema = z.object({
  name: textField,
  value: z.exactOptional(z.union([textField, z.number(), z.boolean()])),
  /** Every number has one. */
  unit: z.exactOptional(textField),
  min: z.exactOptional(z.number()),
  max: z.exactOptional(z.number()),
  passed: z.boolean('true or false'),
  /** What is wrong: a nonconformance. */
  problem: z.exactOptional(textField),
  ...place,
});
export type Check = Readonly<z.output<typeof checkSchema>>;

const workTime = z.object({
  /** Id of the recording: unique, so that an ERP can refuse to book it twice. */
  id: textField,
  seconds: z.number(),
  /** ISO date of the work: the day at the plant. */
  date: textField,
  /** Name of the work instruction, for ERPs that book per operation. */
  operation: z.exactOptional(textField),
});
export type WorkTime = Readonly<z.output<typeof workTime>>;

const beyondOrderSchema = z.object({
  /** How many times what it is for the good quantity may be. Absent: any. */
  good: z.exactOptional(z.number()),
  /** The same of the scrap. */
  scrap: z.exactOptional(z.number()),
  /** Where the figures were recorded, in words: ` (step "Good quantity" of recording 5KKoy7)`. */
  recorded: z.exactOptional(textField),
  /** The number by which a person accepts them, as Azumuta may call the product order otherwise by now. */
  order: z.exactOptional(textField),
});
/** From where on a booking is more than what it is for, so that a person is asked. */
export type BeyondOrder = Readonly<z.output<typeof beyondOrderSchema>>;

export const completionSchema = z.object({
  kind: z.enum(['quantity', 'amendment']),
  erpOrder: erpOrderRefSchema,
  productOrder: productOrderRefSchema,
  /** When given, the ERP order must be for this product. */
  article: z.exactOptional(textField),
  /** ISO instant; of the last part, when several are booked together. */
  completedAt: textField,
  /** ISO date: the day of `completedAt` at the plant, on which it is booked. */
  completedOn: textField,
  /** Good quantity; present if and only if `kind` is `quantity`. */
  quantity: z.exactOptional(quantitySchema),
  scrap: z.exactOptional(quantitySchema),
  /** Quantity of the ERP order that the product orders were made for; absent where it is unknown. */
  madeFor: z.exactOptional(quantitySchema),
  /** Present where only the ERP knows what it is for: then the connector's look compares. */
  beyondOrder: z.exactOptional(beyondOrderSchema),
  /**
   * Whether the ERP order is finished with this booking, even if less was built than planned. While the ERP wants another
   * quantity than `madeFor`, what is not built remains open.
   */
  final: z.boolean(),
  lots: z.readonly(z.array(lotSchema)),
  /** At most the scrap; the rest of it has no reason. */
  scrapReasons: z.exactOptional(z.readonly(z.array(scrapReason))),
  /** What was used, each article once. Absent: as planned. */
  components: z.exactOptional(
    z.object({
      /** Nothing else was used. Else every other component is used as planned. */
      all: z.boolean(),
      /** More than the order still has planned is booked, and not refused. */
      beyondPlan: z.boolean(),
      used: z.readonly(z.array(componentSchema)),
    }),
  ),
  /** Each operation once, in any order. */
  operations: z.exactOptional(z.readonly(z.array(operationSchema))),
  checks: z.exactOptional(z.readonly(z.array(checkSchema))),
  notes: z.readonly(z.array(textField)),
  links: z.readonly(z.array(linkSchema)),
  work: z.readonly(z.array(workTime)),
});
/**
 * What is to be booked in the ERP. `quantity` closes the production or part of it; `amendment` adds notes and links to an
 * earlier booking, and never changes a quantity.
 */
export type Completion = Readonly<z.output<typeof completionSchema>>;

/** Each field by its name: who makes one does not compile while a field that was added is missing. */
export type EachField<Made> = { readonly [Name in keyof Required<Made>]: Made[Name] };

/** A completion whose every field is named, so that its mapping forgets none that is added. */
export function completionFrom(fields: EachField<Completion>): Completion {
  return definedFields(fields);
}

/** Likewise, of one line of it: what several parts report together. */
export const componentFrom = (fields: EachField<Component>): Component => definedFields(fields);
export const operationFrom = (fields: EachField<Operation>): Operation => definedFields(fields);
export const checkFrom = (fields: EachField<Check>): Check => definedFields(fields);

/**
 * What an ERP may have no place for. A field that is added to a completion is one of these: it does not compile until each
 * connector says that it books it, or why not (`Lacks`). A field within one of these needs its line in the conformance suite
 * (`suite-leaves.ts`), which finds that each connector leaves a trace of it in the ERP, or refuses it.
 */
export type DetailLine = Exclude<
  keyof Completion,
  | 'kind'
  | 'erpOrder'
  | 'productOrder'
  | 'article'
  | 'completedAt'
  | 'completedOn'
  | 'quantity'
  | 'scrap'
  | 'scrapReasons'
  | 'madeFor'
  | 'beyondOrder'
  | 'final'
  | 'lots'
  | 'notes'
  | 'links'
  | 'work'
>;

/**
 * Identifies one booking for ever. Connectors write it into the ERP, to recognise their own bookings after a crash.
 *
 *   <Azumuta id>#quantity           the quantity of one product order; of parts that are booked together only what 0.3.0 has
 *                                   planned, under the id of the lowest part in it
 *   <name>#<k>#quantity             a quantity of parts that are booked together: the k-th of their ERP order, from 1
 *   <Azumuta id>#recording#<id>     an amendment
 *
 * - **It counts, and names no part.** Two hints that see different parts write the same item: one is first, and the other
 *   decides again. A count is used once: what is taken back is kept, as a booking of no part. Else somebody who has read the
 *   plan would put further parts under the next count, while another plans all of them under this one.
 * - **What is decided again keeps its key, and may lose a part, never gain one**, as somebody else may be planning that one.
 *   With one more it is taken back, and planned under the next count. What may be in the ERP keeps its key and its parts.
 * - **The name is a hash of part 1's number and of the instant at which that came**: the first of its history, which no
 *   write changes. A number alone is not unique for ever, not even within one ERP order: an ERP may use it again, and a new
 *   ledger finds the same open order with our marks on it, and would take a true booking for done. Nor will Azumuta's id of
 *   part 1 do: there is none before it is created, and another once it was made again.
 * - **It has the characters of an id of Azumuta, and as many**, whatever the number is (200 characters, slashes, umlauts, `#`).
 *   SAP and the example of Dolibarr hash a key, Odoo and Tryton escape it; but only a plant knows which field of its ERP
 *   holds it, and an ERP that cuts it off would book twice. No key is the beginning of another: an ERP may search so.
 */
export type BookingKey = string;

/** The key of the quantity of a product order that is booked alone. @param id Of Azumuta. */
export function quantityKeyOf(id: string): BookingKey {
  return `${id}#quantity`;
}

export interface Receipt {
  /** For a person who looks in the ERP: `production 17 done`, `confirmation 0000001234`. */
  readonly reference: string;
  /** True when the ERP showed that an earlier attempt had booked it. */
  readonly alreadyBooked: boolean;
}
