import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';

/** Lambda answers 200 for every outcome of an invocation, and says in a header whether it failed. */
export interface Outcome {
  readonly payload: string;
  /** `Unhandled`: the handler threw, timed out or took its container down. */
  readonly functionError?: 'Unhandled' | undefined;
}

export interface Invocation {
  readonly requestId: string;
  readonly payload: string;
  readonly settle: (outcome: Outcome) => void;
}

export interface ContainerOptions {
  /** Path of the program that a container runs. */
  readonly runtimeFile: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly cwd: string;
  readonly environment: (id: string) => Record<string, string>;
  /** Most containers of this function; more invocations wait for one. */
  readonly maxContainers: number;
  /** Gets each line of output, and the service's own lines. */
  readonly log: (line: string) => void;
  readonly onProcess: (state: 'up' | 'down', pid: number) => void;
}

/** What `next` of the Runtime API hands to a container. */
export interface Work {
  readonly invocation: Invocation;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

interface Container {
  readonly id: string;
  readonly child: ChildProcess;
  /** Answers the open `next` poll of an idle container. */
  next?: (work: Work) => void;
  current?: Work;
  timer?: NodeJS.Timeout;
  /** How its invocation is answered when it dies. */
  verdict?: Outcome;
}

/** Lambda gives a container ten seconds to load the function's code. */
const initSeconds = 10;
/** How long an idle container is kept. */
const idleMs = 300_000;

/**
 * All containers of one function. Each works on one invocation at a time. The idle one that was used last is taken
 * first; if there is none, a new one is started, up to the limit. A container that runs out of time is killed.
 */
export function createContainers(options: ContainerOptions) {
  const containers = new Map<string, Container>();
  const waiting: Invocation[] = [];
  let stopped = false;

  function dispatch(): void {
    if (stopped) return;
    for (const container of [...containers.values()].reverse()) {
      if (waiting.length === 0) return;
      if (container.next) hand(container, container.next);
    }
    const starting = [...containers.values()].filter(({ next, current }) => !next && !current).length;
    const room = options.maxContainers - containers.size;
    for (let more = Math.min(room, waiting.length - starting); more > 0; more -= 1) launch();
  }

  function hand(container: Container, next: (work: Work) => void): void {
    const invocation = waiting.shift();
    if (!invocation) return;
    const milliseconds = options.timeoutSeconds * 1000;
    const work = { invocation, deadline: Date.now() + milliseconds };
    delete container.next;
    clearTimeout(container.timer);
    container.current = work;
    container.timer = setTimeout(() => expire(container, invocation.requestId), milliseconds);
    next(work);
  }

  function expire(container: Container, requestId: string): void {
    const text = `RequestId: ${requestId} Error: Task timed out after ${options.timeoutSeconds.toFixed(2)} seconds`;
    options.log(text);
    end(container, failed('Sandbox.Timedout', text));
  }

  function launch(): void {
    const id = randomUUID();
    const child = fork(options.runtimeFile, [], {
      // As on Lambda, the heap may grow to the function's memory; NODE_OPTIONS stays the function's own.
      execArgv: [`--max-old-space-size=${options.memoryMegabytes}`],
      cwd: options.cwd,
      env: options.environment(id),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const container: Container = { id, child };
    containers.set(id, container);
    const { pid } = child;
    if (pid !== undefined) options.onProcess('up', pid);
    for (const stream of [child.stdout, child.stderr]) linesOf(stream, options.log);
    child.on('error', (error) => options.log(`The container could not start: ${error.message}`));
    container.timer = setTimeout(
      () => end(container, failed('Sandbox.Timedout', `Init timed out after ${initSeconds} seconds`)),
      initSeconds * 1000,
    );
    child.once('exit', (code, signal) => {
      clearTimeout(container.timer);
      if (pid !== undefined) options.onProcess('down', pid);
      containers.delete(id);
      const how = signal ? `signal: ${signal}` : `exit status ${code}`;
      // A container that dies before it asks for work fails one waiting invocation: else callers of a broken bundle
      // would wait for ever.
      const invocation = container.current?.invocation ?? (container.next ? undefined : waiting.shift());
      const error = `RequestId: ${invocation?.requestId} Error: Runtime exited with error: ${how}`;
      invocation?.settle(container.verdict ?? failed('Runtime.ExitError', error));
      dispatch();
    });
  }

  function end(container: Container, verdict?: Outcome): void {
    if (verdict) container.verdict = verdict;
    container.child.kill('SIGKILL');
  }

  return {
    invoke(invocation: Invocation): void {
      waiting.push(invocation);
      dispatch();
    },
    /** Waiting and running invocations. */
    load: (): number => waiting.length + [...containers.values()].filter(({ current }) => current).length,

    /** The container asks for work; false when it is unknown. */
    next(id: string, give: (work: Work) => void): boolean {
      const container = containers.get(id);
      if (!container || stopped) return false;
      clearTimeout(container.timer);
      container.next = give;
      container.timer = setTimeout(() => end(container), idleMs);
      container.timer.unref();
      dispatch();
      return true;
    },
    /** The container answers; false when it does not work on this invocation. */
    answer(id: string, requestId: string, outcome: Outcome): boolean {
      const container = containers.get(id);
      if (container?.current?.invocation.requestId !== requestId) return false;
      clearTimeout(container.timer);
      const { settle } = container.current.invocation;
      delete container.current;
      settle(outcome);
      return true;
    },
    /** The container could not load the function. */
    initFailed(id: string, outcome: Outcome): boolean {
      const container = containers.get(id);
      if (container) container.verdict = outcome;
      return container !== undefined;
    },
    /** Ends all containers now; resolves when they are gone. */
    async kill(): Promise<void> {
      stopped = true;
      const gone = [...containers.values()].map(async ({ child }) => {
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      });
      for (const container of containers.values()) end(container);
      await Promise.all(gone);
    },
  };
}

export function failed(errorType: string, errorMessage: string): Outcome {
  return { functionError: 'Unhandled', payload: JSON.stringify({ errorType, errorMessage }) };
}

function linesOf(stream: NodeJS.ReadableStream | null, line: (text: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) line(text);
  });
  stream?.on('end', () => {
    if (rest) line(rest);
  });
}
