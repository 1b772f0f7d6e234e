import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import type { Services } from '../services.ts';
import type { LocalFunction } from '../template/read-stack.ts';

/** Lambda answers 200 for every outcome of an invocation, and says in a header whether it failed. */
const invocationOutcomeSchema = z.object({
  payload: z.unknown(),
  /** `Unhandled`: the handler threw, timed out or took its container down. */
  functionError: z.optional(z.literal('Unhandled')),
});

export type InvocationOutcome = z.infer<typeof invocationOutcomeSchema>;

/** What a container sends: that its function is loaded, or the outcome of loading it or of its invocation. */
const containerMessageSchema = z.union([z.literal('ready'), invocationOutcomeSchema]);

export interface PendingInvocation {
  readonly requestId: string;
  readonly payload: string;
  readonly settle: (outcome: InvocationOutcome) => void;
}

export interface ContainerWork extends Pick<PendingInvocation, 'requestId' | 'payload'> {
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

interface Deployed extends Pick<Services, 'report' | 'maxContainers'> {
  readonly lambda: LocalFunction;
  readonly environment: Readonly<Record<string, string>>;
  /** Gets each line of output, and the service's own lines. */
  readonly log: (line: string) => void;
}

interface FunctionContainer {
  readonly child: ChildProcess;
  loaded: boolean;
  current?: PendingInvocation;
  timer?: NodeJS.Timeout;
  /** How its invocation is answered when it dies. */
  verdict?: InvocationOutcome;
}

/** Lambda gives a container ten seconds to load the function's code. */
const initSeconds = 10;
const idleMs = 300_000;
const runtimeFile = fileURLToPath(new URL('container.ts', import.meta.url));

/**
 * All containers of one function. Each works on one invocation at a time. The idle one that was used last is taken
 * first; if there is none, a new one is started, up to the limit. A container that runs out of time is killed.
 */
export class Containers {
  readonly #deployed: Deployed;
  readonly #all = new Set<FunctionContainer>();
  readonly #waiting: PendingInvocation[] = [];
  #isStopped = false;

  constructor(deployed: Deployed) {
    this.#deployed = deployed;
  }

  invoke(invocation: PendingInvocation): void {
    this.#waiting.push(invocation);
    this.#dispatch();
  }

  /** Ends all containers now; resolves when they are gone. */
  async kill(): Promise<void> {
    this.#isStopped = true;
    const gone = [...this.#all].map(async ({ child }) => {
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    });
    for (const container of this.#all) killContainer(container);
    await Promise.all(gone);
  }

  #dispatch(): void {
    if (this.#isStopped) return;
    for (const container of [...this.#all].reverse()) {
      if (container.loaded && !container.current) this.#hand(container);
    }
    const starting = [...this.#all].filter(({ loaded }) => !loaded).length;
    const room = (this.#deployed.maxContainers ?? 10) - this.#all.size;
    for (let more = Math.min(room, this.#waiting.length - starting); more > 0; more -= 1) this.#launch();
  }

  #hand(container: FunctionContainer): void {
    const invocation = this.#waiting.shift();
    if (!invocation) return;
    const { requestId, payload } = invocation;
    const { log, lambda } = this.#deployed;
    const { Timeout } = lambda;
    clearTimeout(container.timer);
    container.current = invocation;
    container.timer = setTimeout(() => {
      const text = `RequestId: ${requestId} Error: Task timed out after ${Timeout.toFixed(2)} seconds`;
      log(text);
      killContainer(container, failedOutcome('Sandbox.Timedout', text));
    }, Timeout * 1000);
    const work: ContainerWork = { requestId, payload, deadline: Date.now() + Timeout * 1000 };
    // A container that has just died is noticed by its exit.
    container.child.send(work, () => {});
  }

  #launch(): void {
    const { lambda, environment: env, log, report } = this.#deployed;
    const child = fork(runtimeFile, [], {
      // As on Lambda, the heap may grow to the function's memory; the function keeps its own NODE_OPTIONS.
      execArgv: [`--max-old-space-size=${lambda.MemorySize}`],
      cwd: lambda.assetDirectory,
      env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const container: FunctionContainer = { child, loaded: false };
    this.#all.add(container);
    const tell = (state: 'up' | 'down') => {
      if (child.pid !== undefined) report({ kind: 'container', state, pid: child.pid, name: lambda.name });
    };
    tell('up');
    for (const input of [child.stdout, child.stderr]) {
      if (input) createInterface({ input }).on('line', log);
    }
    const late = failedOutcome('Sandbox.Timedout', `Init timed out after ${initSeconds} seconds`);
    container.timer = setTimeout(() => killContainer(container, late), initSeconds * 1000);
    child.on('error', (error) => log(`The container could not start: ${error.message}`));
    child.on('message', (message) => this.#receive(container, containerMessageSchema.parse(message)));
    child.once('exit', (code, signal) => {
      tell('down');
      this.#forget(container, signal ? `signal: ${signal}` : `exit status ${code}`);
    });
  }

  #receive(container: FunctionContainer, message: z.infer<typeof containerMessageSchema>): void {
    // It could not load the function, and ends now.
    if (message !== 'ready' && !container.loaded) {
      container.verdict = message;
      return;
    }
    clearTimeout(container.timer);
    container.loaded = true;
    const { current } = container;
    delete container.current;
    container.timer = setTimeout(() => killContainer(container), idleMs).unref();
    if (message !== 'ready') current?.settle(message);
    this.#dispatch();
  }

  /** @param how It ended. */
  #forget(container: FunctionContainer, how: string): void {
    clearTimeout(container.timer);
    this.#all.delete(container);
    // A container that dies before it asks for work fails one waiting invocation: else callers of a broken bundle
    // would wait for ever.
    const invocation = container.current ?? (container.loaded ? undefined : this.#waiting.shift());
    const error = `RequestId: ${invocation?.requestId} Error: Runtime exited with error: ${how}`;
    invocation?.settle(container.verdict ?? failedOutcome('Runtime.ExitError', error));
    this.#dispatch();
  }
}

function killContainer(container: FunctionContainer, verdict?: InvocationOutcome): void {
  if (verdict) container.verdict = verdict;
  container.child.kill('SIGKILL');
}

function failedOutcome(errorType: string, errorMessage: string): InvocationOutcome {
  return { functionError: 'Unhandled', payload: { errorType, errorMessage } };
}
