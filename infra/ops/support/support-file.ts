import { redacted } from '../cli/redact.ts';
import type { Trace } from '../trace/trace.ts';

/** What somebody outside needs to say why an order stands still. */
export interface SupportFile {
  /** ISO. */
  readonly writtenAt: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly stack: string;
  /** Outputs of the stack. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Paths of all that the plant's configuration sets, without what it sets them to; why there are none, else. */
  readonly configuration: readonly string[] | string;
  /** The order's journey with its causes, as trace tells it. */
  readonly order: Trace;
}

/**
 * The file for a partner or for Azumuta: without secrets, names of persons and numbers of AWS accounts. What the ERP and
 * Azumuta said of the order stays in it, as the answer is there.
 */
export function supportTextOf({ order, outputs, ...rest }: SupportFile): string {
  const told: SupportFile = { ...rest, outputs, order: { ...order, productOrders: withoutPeople(order) } };
  return `${JSON.stringify(redacted(told), null, 2).replace(accountNumber, '$<before>•••')}\n`;
}

/** In an ARN, or in the URL of a queue. */
const accountNumber = /(?<before>(?:arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:|amazonaws\.com\/))\d{12}/g;

/** Whoever discards a dead letter is named behind the reason. */
function withoutPeople({ productOrders }: Trace): Trace['productOrders'] {
  return productOrders.map((order) => ({
    ...order,
    journey: order.journey.map((entry) =>
      entry.event === 'discarded' && entry.note !== undefined
        ? { ...entry, note: entry.note.replace(/ \([^()]*\)$/, '') }
        : entry,
    ),
  }));
}

/** Paths of all that a configuration sets: `productOrders.article`. */
export function namesIn(configuration: object): string[] {
  return Object.entries(configuration).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const below = isPlain(value) ? namesIn(value) : [];
    return below.length === 0 ? [name] : below.map((each) => `${name}.${each}`);
  });
}

/** Not a connector's schema or a function: what is in those is ours. */
function isPlain(value: unknown): value is object {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}
