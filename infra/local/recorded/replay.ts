import { isRecord, jsonOf, leavesOf } from '../../../shared/platform/json.ts';
import { azumutaBasePath } from '../sandbox/api.ts';
import {
  type AccountRecording,
  type RecordedExchange,
  type RecordedStage,
  type RecordedTrigger,
  recordedOrigin,
  recordedStages,
} from './account-recording.ts';

interface ReplayedCall {
  readonly method: string;
  /** As it was called. */
  readonly url: URL;
  /** Text; empty without a body. */
  readonly body: string;
}

interface ReplayedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or the text of what is none. */
  readonly body: unknown;
}

/** What is asked for, as it is compared. */
interface ReplayedQuestion {
  readonly method: string;
  /** Below the base path. */
  readonly path: string;
  /** Each value of query and body, by its place. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * An Azumuta that answers as one account did: the order of the recording is created, completed, and shown as it was. What
 * was asked differently is answered with whatever was asked for the same ids and numbers.
 */
export class Replay {
  readonly #recording: AccountRecording;
  readonly #creation: RecordedExchange | undefined;
  #stage: RecordedStage = 'before';
  /** `GET /orders/5`: what the recording has no answer to. */
  readonly unanswered: string[] = [];

  constructor(recording: AccountRecording) {
    this.#recording = recording;
    this.#creation = creationIn(recording);
  }

  answer({ method, url, body }: ReplayedCall): ReplayedAnswer {
    const path = url.pathname.startsWith(azumutaBasePath)
      ? url.pathname.slice(azumutaBasePath.length)
      : url.pathname;
    const query = Object.fromEntries(url.searchParams);
    const asked = replayedQuestionOf({ method, path, query, body: jsonOf(body) });
    const found = this.#find(asked);
    if (found === undefined) {
      this.unanswered.push(`${method} ${path}${url.search}`);
      return unknownHere(`The recording has no answer to ${method} ${path}.`);
    }
    if (found === this.#creation && this.#stage === 'before') this.#stage = 'created';
    const { status, headers, json, text = '' } = found.answers;
    return {
      status,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, String(this.#here(value, url))]),
      ),
      body: json === undefined ? text : this.#here(json, url),
    };
  }

  /** Somebody builds the order and completes it. @returns the trigger that came then, if one was recorded. */
  complete(): RecordedTrigger['trigger'] | undefined {
    this.#stage = 'completed';
    return this.#recording.triggers.filter(({ at }) => at === 'completed').at(-1)?.trigger;
  }

  /** The last one that was asked so, as something may have been confirmed meanwhile. */
  #find(asked: ReplayedQuestion): RecordedExchange | undefined {
    const about = this.#recording.exchanges
      .filter((one) => this.#mayBeShown(one) && isAboutSame(replayedQuestionOf(one.asks), asked))
      .map((exchange) => ({ exchange, rank: this.#rankOf(exchange, asked) }));
    return about.toSorted((a, b) => a.rank - b.rank).at(-1)?.exchange;
  }

  /** Before its time, nothing of a stage is shown; but the order is created by whoever asks for it. */
  #mayBeShown(exchange: RecordedExchange): boolean {
    if (exchange.withoutKey) return false;
    if (exchange.operation === creationName) return exchange === this.#creation;
    return recordedStages.indexOf(exchange.at) <= recordedStages.indexOf(this.#stage);
  }

  /** What was asked alike comes first, then what was answered in the same stage. */
  #rankOf(exchange: RecordedExchange, asked: ReplayedQuestion): number {
    const stages = recordedStages.length;
    return likeness(replayedQuestionOf(exchange.asks), asked) * stages + recordedStages.indexOf(exchange.at);
  }

  /** Addresses of the account as they are here. */
  #here(json: unknown, url: URL): unknown {
    if (Array.isArray(json)) return json.map((each) => this.#here(each, url));
    if (isRecord(json))
      return Object.fromEntries(Object.entries(json).map(([name, each]) => [name, this.#here(each, url)]));
    if (typeof json !== 'string') return json;
    const { basePath } = this.#recording.head;
    const own = `${url.origin}${azumutaBasePath}`;
    if (json.startsWith(`${basePath}/`)) return `${azumutaBasePath}${json.slice(basePath.length)}`;
    return json.replaceAll(`${recordedOrigin}${basePath}/`, `${own}/`).replaceAll(recordedOrigin, url.origin);
  }
}

const creationName = 'createProductOrder';

/** The kit creates two of one number: the one that was built is read by its id later. */
function creationIn({ exchanges }: AccountRecording): RecordedExchange | undefined {
  const made = exchanges.filter(
    ({ operation, answers }) => operation === creationName && answers.status < 300,
  );
  const later = exchanges.filter(({ at }) => at === 'completed').map(({ asks }) => JSON.stringify(asks));
  const isRead = ({ answers: { json } }: RecordedExchange) =>
    leavesOf(json).some(
      (leaf) => subject.test(String(leaf)) && later.some((asks) => asks.includes(String(leaf))),
    );
  return made.find(isRead) ?? made[0];
}

const unknownHere = (message: string): ReplayedAnswer => ({
  status: 404,
  headers: { 'content-type': 'application/json' },
  body: { error: { message } },
});

function replayedQuestionOf({ method, path, query, body }: RecordedExchange['asks']): ReplayedQuestion {
  return { method, path, values: new Map(valuesByPlace({ query, body })) };
}

function valuesByPlace(json: unknown, place = ''): [place: string, value: string][] {
  if (typeof json === 'object' && json !== null)
    return Object.entries(json).flatMap(([name, each]) => valuesByPlace(each, `${place}.${name}`));
  return json === undefined || json === null ? [] : [[place, String(json)]];
}

/** Ids and numbers as the kit writes them. */
const subject = /^(KIT-[\w-]+|id0+\d+|9\d{2,}|0{8}-0000-4000-8000-\d{12})$/;

/** Whether both ask for the same thing, of which each has all ids and numbers. */
function isAboutSame(recorded: ReplayedQuestion, asked: ReplayedQuestion): boolean {
  const isSameAddress = recorded.method === asked.method && recorded.path === asked.path;
  const known = subjectsIn(recorded);
  return isSameAddress && subjectsIn(asked).every((one) => known.includes(one));
}

const subjectsIn = ({ values }: ReplayedQuestion) => [...values.values()].filter((one) => subject.test(one));

/** So many values are the same, less those that differ. */
function likeness(recorded: ReplayedQuestion, asked: ReplayedQuestion): number {
  const places = new Set([...recorded.values.keys(), ...asked.values.keys()]);
  return [...places].reduce(
    (sum, place) => sum + (recorded.values.get(place) === asked.values.get(place) ? 1 : -1),
    0,
  );
}
