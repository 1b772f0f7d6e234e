import * as z from 'zod/mini';
import { callConfigured } from '../../model/configured.ts';
import { shorten } from '../../model/text.ts';
import { typeName } from '../../platform/json.ts';
import { parse, strictObject } from '../../platform/validation.ts';
import { rejected } from '../failures.ts';
import type { RestAnswer, RestOptions } from './options.ts';

const sentenceText = z.string().check(z.minLength(1));
const afterSeconds = z.optional(z.number().check(z.nonnegative()));
/** What `answers` of a configuration may say. */
const meaningSchema = z.union([
  strictObject({ refused: sentenceText }),
  strictObject({ waits: sentenceText, afterSeconds }),
  strictObject({ down: sentenceText, afterSeconds }),
]);
/** The forms that there are, for messages. */
const meaningForms =
  "{ refused: 'a sentence' }, { waits: 'a sentence' } or { down: 'a sentence' }, the last two perhaps with afterSeconds, or nothing";

interface Said {
  readonly sentence: string;
  readonly afterSeconds?: number | undefined;
}

/** Why the ERP shows or does nothing: for a person, or this order waits. */
export type Withheld = Said & { readonly kind: 'refused' | 'waits' };
/** What an answer means, as the configuration says. */
export type Meaning = Withheld | (Said & { readonly kind: 'down' });

const longestSentence = 300;

/**
 * Asks the configuration what an answer means, whatever was called.
 * @param clean Takes our secrets out of a sentence, as an ERP may repeat what it was sent.
 * @returns undefined where it says nothing.
 * @throws Rejected naming the forms that there are, or what the function threw.
 */
export function readMeaning(
  answers: RestOptions['answers'],
  answer: RestAnswer,
  clean: (text: string) => string,
): Meaning | undefined {
  const said = callConfigured('erp.answers failed', () => answers?.(answer));
  if (said === undefined || said === null) return undefined;
  const parsed = parse(meaningSchema, said);
  if (!parsed.ok) {
    const found = `erp.answers says ${describeForm(said)} of an answer with status ${answer.status}`;
    throw rejected('configuration', `${found}, expected ${meaningForms}: correct it in the configuration.`);
  }
  const meaning = parsed.value;
  const line = (text: string) =>
    shorten(clean(text).replace(/\s+/g, ' ').trim().replace(/\.$/, ''), longestSentence);
  if ('refused' in meaning) return { kind: 'refused', sentence: line(meaning.refused) };
  if ('waits' in meaning)
    return { kind: 'waits', sentence: line(meaning.waits), afterSeconds: meaning.afterSeconds };
  return { kind: 'down', sentence: line(meaning.down), afterSeconds: meaning.afterSeconds };
}

/** Never a value, which may be the ERP's. */
function describeForm(said: unknown): string {
  const names = Object.keys(Object(said));
  const isObject = typeof said === 'object' && names.length > 0;
  return isObject ? `{ ${shorten(names.join(', '), 60)} }` : typeName(said);
}
