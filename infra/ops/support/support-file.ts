import { redacted } from '../cli/redact.ts';
import { withoutSignatures } from '../cli/signed-note.ts';
import type { Trace } from '../trace/trace.ts';

/** What somebody outside the plant needs to find out why an order is stuck. */
export interface SupportFile {
  /** ISO. */
  readonly writtenAt: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly stack: string;
  /** Outputs of the stack. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Paths of the settings in the plant's configuration, without values; or why it cannot be loaded. */
  readonly configuration: readonly string[] | string;
  /** The same as `trace --json` prints. */
  readonly order: Trace;
}

/**
 * The text of the file, without secrets, names of persons and AWS account numbers. Answers of the ERP and Azumuta stay in
 * it, because they usually contain the explanation.
 */
export function supportTextOf(file: SupportFile): string {
  const text = JSON.stringify(redacted(file), null, 2);
  return `${withoutSignatures(text).replace(accountNumber, '$<before>•••')}\n`;
}

/** In an ARN, or in the URL of a queue. */
const accountNumber = /(?<before>(?:arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:|amazonaws\.com\/))\d{12}/g;

/** Paths of the settings of a configuration: `productOrders.article`. */
export function namesIn(configuration: object): string[] {
  return Object.entries(configuration).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const below = isPlain(value) ? namesIn(value) : [];
    return below.length === 0 ? [name] : below.map((each) => `${name}.${each}`);
  });
}

/** Whether a value is a plain object; connectors, schemas and functions are not settings. */
function isPlain(value: unknown): value is object {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}
