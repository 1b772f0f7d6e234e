import { Script } from 'node:vm';
import { Rejected } from './errors.ts';

/** The function of the configuration that was called last, as messages name it. */
let called = '';

/**
 * Calls a function of the configuration; every one is called here. What it throws is a mistake in the configuration, not a
 * bug of ours, and so is a promise: what it would answer later could only be thrown away, or stored as nothing.
 * @param failed Begins the message: `Mapping productOrders.number failed for MO/0001`.
 * @throws Rejected with the thrown message, and with the code of a thrown `Rejected`.
 */
export function callConfigured<T>(failed: string, call: () => T): T {
  called = failed;
  try {
    const answer = call();
    if (!(answer instanceof Promise)) return answer;
    // Nobody waits for it, and a failure that nobody handles would end the process.
    answer.catch(() => undefined);
    throw new Error('it answers with a promise, and must answer at once, without a call');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const causeCode = error instanceof Rejected ? error.causeCode : 'configuration';
    throw new Rejected(`${failed}: ${why}`, { causeCode, cause: error });
  }
}

/** The same function, checked to answer with a text or nothing. */
export function textOrNothing<Given extends unknown[]>(answer: (...given: Given) => unknown) {
  return (...given: Given): string | undefined => {
    const said = answer(...given) ?? undefined;
    if (said === undefined || typeof said === 'string') return said;
    if (said instanceof Promise) said.catch(() => undefined);
    throw new Error(`it answers with ${typeof said}, and must answer with a text, or with nothing`);
  };
}

const runs = Symbol.for('azumuta-erp.runs');
const script = new Script(`globalThis[Symbol.for('${runs.description}')]()`);
/** Far more than the mapping of the largest order takes, and far less than an attempt may last. */
const mostMs = 5000;

/**
 * They may not end on some order: V8 stops them then.
 * @see https://nodejs.org/api/vm.html#scriptruninthiscontextoptions
 * @throws Rejected naming the function that did not end.
 */
export function withinTime<T>(run: () => T, ms = mostMs): T {
  const before: unknown = Reflect.get(globalThis, runs);
  try {
    Reflect.set(globalThis, runs, run);
    return script.runInThisContext({ timeout: ms });
  } catch (error) {
    const isTime = error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    if (!isTime) throw error;
    const sentence = `${called}: it did not end within ${ms / 1000} s. Correct it, so that it ends for every order.`;
    throw new Rejected(sentence, { causeCode: 'configuration' });
  } finally {
    Reflect.set(globalThis, runs, before);
  }
}
