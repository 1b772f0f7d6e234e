import { isRecord, jsonOf, leavesOf } from '../../../shared/platform/json.ts';
import type {
  AccountRecording,
  RecordedExchange,
  RecordedTrigger,
} from '../../local/recorded/account-recording.ts';
import { proposeSettings } from '../probe/probe.ts';
import { findingsSeen, type KitEvidence, kitQuantity, type SeenCall, type SeenTrigger } from './evidence.ts';
import { Keeping } from './kept.ts';

/** Of a list that has more entries, these are kept: an account may list all of its orders. */
const mostEntriesKept = 20;

export interface RecordOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly values: boolean;
  /** `2026-12-02`. */
  readonly made: string;
}

/** What is written of a run. What a person has typed is in it by the kit's names only. */
export function recordingOf(seen: KitEvidence, options: RecordOptions): AccountRecording {
  const { baseUrl, apiKey, values, made } = options;
  const { names, answers, contract } = seen;
  const keeping = new Keeping({
    baseUrl,
    secrets: [apiKey],
    people: answers.operator === undefined ? [] : [answers.operator],
    names: namesKept(seen),
    words: wordsOfContract(seen),
    pathWords: pathWordsOf(seen, baseUrl),
    values,
  });
  const write = () => ({
    exchanges: seen.calls.map((call) => exchangeOf(seen, call, keeping, baseUrl)),
    triggers: seen.triggers.map((trigger) => triggerOf(trigger, keeping)),
  });
  // The first time it learns which values are ids: they may stand elsewhere before.
  write();
  const isRecorded = answers.value !== undefined && answers.step !== undefined;
  const order = {
    number: names.number,
    article: 'KIT-ARTICLE',
    parameters: { Quantity: kitQuantity },
    variants: names.variant === undefined ? [] : ['KIT-VARIANT'],
    ...(isRecorded ? { recorded: { step: 'Good quantity', value: String(answers.value) } } : {}),
  };
  const findings = findingsSeen(seen);
  const settings = jsonOf(JSON.stringify(proposeSettings(contract, findings)));
  return {
    head: {
      recording: 'azumuta',
      version: 1,
      made,
      values,
      basePath: basePathOf(baseUrl),
      order,
      contract: isRecord(settings) ? settings : {},
    },
    ...write(),
  };
}

const basePathOf = (baseUrl: string) => new URL(baseUrl).pathname.replace(/\/$/, '');

/** Texts that were typed, and what they are called in a recording. */
function namesKept({ names, answers }: KitEvidence): ReadonlyMap<string, string> {
  const known: readonly (readonly [string | undefined, string])[] = [
    [names.article, 'KIT-ARTICLE'],
    [names.variant, 'KIT-VARIANT'],
    [names.parameter, 'Quantity'],
    [answers.step, 'Good quantity'],
    [answers.batch, 'KIT-BATCH'],
  ];
  return new Map(known.flatMap(([text, name]) => (text === undefined ? [] : [[text, name] as const])));
}

function wordsOfContract({ contract, answers }: KitEvidence): string[] {
  const { completedStatuses, okResults, personalStepTypes, recording } = contract;
  const words = [completedStatuses, okResults, personalStepTypes, recording.settled?.is ?? []].flat();
  return [...words.map(String), ...(answers.status === undefined ? [] : [answers.status])];
}

/** What stands between the slashes of the base path and of the paths that are asked, without placeholders. */
function pathWordsOf({ contract, calls }: KitEvidence, baseUrl: string): string[] {
  const operations = [...Object.values(contract.operations), ...calls.map(({ operation }) => operation)];
  const paths = operations.flatMap((operation) => (operation ? [operation.path] : []));
  return [new URL(baseUrl).pathname, ...paths]
    .flatMap((path) => path.split(/[/?]/))
    .filter((word) => word !== '' && !word.includes('{'));
}

function exchangeOf(
  { contract, names }: KitEvidence,
  { stage, operation, request, answer, ms, isWithKey }: SeenCall,
  keeping: Keeping,
  baseUrl: string,
): RecordedExchange {
  const known = Object.entries(contract.operations).find(([, one]) => one === operation);
  const { method = 'GET', path, query = {}, body } = request;
  const called = new URL(path);
  const below = called.pathname.replace(basePathOf(baseUrl), '');
  const ofPath = Object.fromEntries(called.searchParams);
  const headers = (['content-type', 'location', 'link', 'retry-after'] as const).flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, keptHeader(name, value, keeping)] as const];
  });
  const { status, json, text } = answer;
  const isText = json === undefined && text !== '';
  return {
    at: stage,
    operation: known?.[0] ?? 'listWorkInstructions',
    ...(isWithKey ? {} : { withoutKey: true }),
    asks: {
      method,
      path: keeping.address(below),
      query: keeping.query({ ...ofPath, ...query }),
      ...(body === undefined ? {} : { body: keeping.json(body) }),
    },
    answers: {
      status,
      headers: Object.fromEntries(headers),
      ...(json === undefined ? {} : { json: keeping.json(cutLists(json, names.number)) }),
      ...(isText ? { text: keeping.plain(text.slice(0, mostTextKept)) } : {}),
    },
    ms,
  };
}

/** A page of a proxy is long, and says little. */
const mostTextKept = 2000;

function keptHeader(name: string, value: string, keeping: Keeping): string {
  if (name === 'location') return keeping.address(value);
  return name === 'link' ? keeping.links(value) : value;
}

/** Long lists with fewer entries: first those of the kit. */
function cutLists(json: unknown, number: string): unknown {
  if (Array.isArray(json)) {
    const isLong = json.length > mostEntriesKept;
    const isOwn = (entry: unknown) => leavesOf(entry).includes(number);
    const entries = isLong ? [...json.filter(isOwn), ...json.filter((one) => !isOwn(one))] : json;
    return entries.slice(0, mostEntriesKept).map((entry) => cutLists(entry, number));
  }
  if (!isRecord(json)) return json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, cutLists(value, number)]));
}

function triggerOf(
  { stage, method, rawQueryString, body, answered, ms }: SeenTrigger,
  keeping: Keeping,
): RecordedTrigger {
  const json = jsonOf(body);
  return {
    at: stage,
    trigger: {
      method,
      query: keeping.query(Object.fromEntries(new URLSearchParams(rawQueryString))),
      ...(json === undefined ? {} : { body: keeping.json(json) }),
    },
    ...(answered === undefined ? {} : { answered }),
    ms,
  };
}
