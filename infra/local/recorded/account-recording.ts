import * as z from 'zod/mini';
import { shorten } from '../../../shared/model/text.ts';
import { isRecord, jsonOf } from '../../../shared/platform/json.ts';
import { describeMismatches, parse } from '../../../shared/platform/validation.ts';

/** What has happened to the order of the kit, in this order; an answer belongs to the stage in which it was given. */
export const recordedStages = [
  'before',
  'created',
  'completed',
  'opened',
  'corrected',
  'deleted',
  'batch',
] as const;
export const recordedStageSchema = z.enum(recordedStages);
export type RecordedStage = z.output<typeof recordedStageSchema>;

const recordingVersion = 1;
/** Of texts, instead of the account's own address. */
export const recordedOrigin = 'https://azumuta.example';

const recordingHeadSchema = z.strictObject({
  recording: z.literal('azumuta'),
  version: z.literal(recordingVersion),
  /** The day. */
  made: z.iso.date(),
  /** Whether free texts were kept. */
  values: z.boolean(),
  /** The path of `azumuta.baseUrl`. */
  basePath: z.string(),
  /** What the kit made and typed, and what a person has recorded, as it is called in this file. */
  order: z.strictObject({
    number: z.string(),
    article: z.string(),
    parameters: z.record(z.string(), z.union([z.string(), z.number()])),
    variants: z.array(z.string()),
    recorded: z.optional(z.strictObject({ step: z.string(), value: z.string() })),
  }),
  /** Lines of `azumuta.contract` that differ from what is assumed; functions are left out. */
  contract: z.record(z.string(), z.unknown()),
});
export type RecordingHead = z.output<typeof recordingHeadSchema>;

const recordedQuery = z.record(z.string(), z.string());

const recordedExchangeSchema = z.strictObject({
  at: recordedStageSchema,
  /** Which operation of the contract it was: `findProductOrder`. */
  operation: z.string(),
  asks: z.strictObject({
    method: z.string(),
    /** Below the base path. */
    path: z.string(),
    query: recordedQuery,
    body: z.optional(z.unknown()),
  }),
  answers: z.strictObject({
    status: z.int().check(z.minimum(100), z.maximum(599)),
    headers: z.partialRecord(z.enum(['content-type', 'location', 'link', 'retry-after']), z.string()),
    json: z.optional(z.unknown()),
    /** Of an answer that is no JSON. */
    text: z.optional(z.string()),
  }),
  /** Until the answer was there. */
  ms: z.int(),
});
export type RecordedExchange = z.output<typeof recordedExchangeSchema>;

const recordedTriggerSchema = z.strictObject({
  at: recordedStageSchema,
  trigger: z.strictObject({ method: z.string(), query: recordedQuery, body: z.optional(z.unknown()) }),
  /** What the kit has answered; nothing to a request that was pasted. */
  answered: z.optional(z.int()),
  /** Since the step began. */
  ms: z.int(),
});
export type RecordedTrigger = z.output<typeof recordedTriggerSchema>;

const recordingEndSchema = z.strictObject({ ends: z.literal(true), lines: z.int() });

/** What an account has answered, without its texts, ids and names. */
export interface AccountRecording {
  readonly head: RecordingHead;
  readonly exchanges: readonly RecordedExchange[];
  readonly triggers: readonly RecordedTrigger[];
}

/** A file that is none, is cut, or holds what it must not. Its message names the lines. */
export class InvalidRecording extends Error {
  override readonly name = 'InvalidRecording';
}

/** One line of JSON each, so that what is wrong has a line and what is cut is noticed. */
export function writtenRecording({ head, exchanges, triggers }: AccountRecording): string {
  const lines = [head, ...exchanges, ...triggers];
  const end: z.output<typeof recordingEndSchema> = { ends: true, lines: lines.length };
  return `${[...lines, end].map((line) => JSON.stringify(line)).join('\n')}\n`;
}

/** More lines of complaint do not help. */
const mostLinesNamed = 5;

/** @param file How messages call it. @throws InvalidRecording */
export function readRecordingOfAccount(text: string, file: string): AccountRecording {
  const lines = text.trimEnd().split(/\r?\n/);
  const parsed = lines.map((line) => jsonOf(line));
  const headProblem = problemOfHead(parsed[0]);
  if (headProblem !== undefined) throw new InvalidRecording(`${file}, line 1: ${headProblem}`);
  const problems = parsed.flatMap((line, at) => {
    const problem = problemOfLine(line, at, lines.length);
    return problem === undefined ? [] : `line ${at + 1}: ${problem}`;
  });
  if (problems.length > 0)
    throw new InvalidRecording(`${file} cannot be used. ${problems.slice(0, mostLinesNamed).join(' ')}`);
  const inner = parsed.slice(1, -1);
  return {
    head: z.parse(recordingHeadSchema, parsed[0]),
    exchanges: inner
      .filter((line) => !isTriggerLine(line))
      .map((line) => z.parse(recordedExchangeSchema, line)),
    triggers: inner.filter(isTriggerLine).map((line) => z.parse(recordedTriggerSchema, line)),
  };
}

function problemOfHead(line: unknown): string | undefined {
  if (!isRecord(line) || line.recording !== 'azumuta')
    return 'this is no recording of the kit: name the file KIT-….recording.json that it has written.';
  if (line.version !== recordingVersion)
    return `it is of version ${shorten(String(line.version), 20)}, and version ${recordingVersion} is read here: record it again with the kit of this release.`;
  return undefined;
}

const isTriggerLine = (line: unknown) => isRecord(line) && 'trigger' in line;

function problemOfLine(line: unknown, at: number, count: number): string | undefined {
  const isLast = at === count - 1;
  if (isLast && !isEndOf(line, at)) return 'the recording is cut here: copy the whole file again.';
  if (line === undefined) return 'it is not JSON: copy the whole file again.';
  const secret = secretIn(line);
  if (secret !== undefined)
    return `${secret} looks like a key or another secret: take it out, and tell nobody the file as it was.`;
  if (isLast) return undefined;
  const schema =
    at === 0 ? recordingHeadSchema : isTriggerLine(line) ? recordedTriggerSchema : recordedExchangeSchema;
  const found = parse<unknown>(schema, line);
  return found.ok ? undefined : `${describeMismatches(found.mismatches)}: record it again.`;
}

function isEndOf(line: unknown, lines: number): boolean {
  const end = parse(recordingEndSchema, line);
  return end.ok && end.value.lines === lines;
}

/** Where a text is that could be a secret: the kit writes none. Undefined if there is none. */
export function secretIn(json: unknown, path = '$'): string | undefined {
  if (typeof json === 'string') return holdsSecret(json) ? path : undefined;
  if (Array.isArray(json)) return firstSecret(json.map((each, at) => [each, `${path}[${at}]`]));
  if (!isRecord(json)) return undefined;
  const forbidden = Object.keys(json).find((name) => secretFieldNames.test(name));
  if (forbidden !== undefined && typeof json[forbidden] === 'string') return `${path}.${forbidden}`;
  return firstSecret(
    Object.entries(json).flatMap(([name, each]) => [
      [name, `${path}, the name of a field`],
      [each, `${path}.${shorten(name, 40)}`],
    ]),
  );
}

function firstSecret(parts: readonly (readonly [unknown, string])[]): string | undefined {
  for (const [part, path] of parts) {
    const found = secretIn(part, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

const secretFieldNames = /^(authorization|proxy-authorization|cookie|set-cookie|x-api-key|password)$/i;
/** As the kit writes ids: the same length, and nothing of the original. */
const writtenId = /^(id0+\d+|[09]0*\d*|0{8}-0000-4000-8000-\d{12})$/;
const kitName = /^KIT-[\w-]*$/i;
const instantLike = /^\d{4}-?\d\d-?\d\dT?[\d.:+-]*Z?$/;

/** Whether a word of a text could be a key. */
export const holdsSecret = (text: string) => text.split(/[\s/?&"'<>,;:=]+/).some(isLikeSecret);

/** Whether a word could be a key: long, and mixed with digits or capitals. */
export function isLikeSecret(word: string): boolean {
  if (word.length < 16 || !/^[\w+.-]+$/.test(word)) return false;
  const isKnownForm = writtenId.test(word) || kitName.test(word) || instantLike.test(word);
  if (isKnownForm) return false;
  const hasDigit = /\d/.test(word) && /[a-z]/i.test(word);
  const isMixed = /[a-z][A-Z].*[A-Z]{2}|[A-Z]{2}[a-z].*[a-z][A-Z]/.test(word);
  return hasDigit || isMixed;
}
