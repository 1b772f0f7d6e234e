import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Report, reportSchema } from './child-process.ts';

/** One piece of the platform: a module that calls `runService`. */
export interface ServiceSpec {
  readonly name: string;
  readonly kind: 'store' | 'service';
  /** Path of the program. */
  readonly module: string;
  readonly configuration: unknown;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface ProcessEntry {
  readonly name: string;
  readonly pid: number;
  readonly kind: 'store' | 'service' | 'container';
}

export interface Supervisor {
  /** Resolves when the piece is ready; rejects when it cannot start. It is restarted whenever it dies later. */
  readonly start: (spec: ServiceSpec) => Promise<void>;
  readonly processes: () => ProcessEntry[];
  /** Ends these pieces, all at once; all that are left without names. */
  readonly stop: (...names: string[]) => Promise<void>;
}

interface Watched {
  readonly kind: ServiceSpec['kind'];
  stopping: boolean;
  child?: ChildProcess;
  timer?: NodeJS.Timeout;
}

/** Compiled code of the pieces, kept between runs: without it every start compiles fastify and zod again. */
const compileCache = fileURLToPath(
  new URL('../../../../node_modules/.cache/local-platform', import.meta.url),
);

/** What a piece that does not end by itself is given before it is killed. */
const graceMs = 4_000;

export interface SupervisorOptions {
  readonly node: string;
  readonly log: (line: string) => void;
  readonly onProcess: (pid: number) => void;
}

/** Keeps the pieces alive: one that dies comes back with the same configuration, and so on the same port. */
export function createSupervisor({ node, log, onProcess }: SupervisorOptions): Supervisor {
  const pieces = new Map<string, Watched>();
  const containers = new Map<number, { readonly name: string; readonly owner: string }>();

  function launch(
    spec: ServiceSpec,
    attempt: number,
    settled?: { ready: () => void; failed: (error: Error) => void },
  ) {
    const piece = pieces.get(spec.name);
    if (!piece || piece.stopping) return;
    const child = fork(spec.module, [], {
      execPath: node,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { PATH: process.env.PATH ?? '', TZ: 'UTC', NODE_COMPILE_CACHE: compileCache, ...spec.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    piece.child = child;
    if (child.pid !== undefined) onProcess(child.pid);
    let ready = false;
    let reason = '';
    const lastLines: string[] = [];
    const note = (chunk: Buffer) => {
      for (const line of chunk.toString().split('\n').filter(Boolean)) {
        lastLines.splice(0, Math.max(0, lastLines.length - 9));
        lastLines.push(line);
        log(`${spec.name}: ${line}`);
      }
    };
    child.stdout?.on('data', note);
    child.stderr?.on('data', note);
    child.on('error', (error) => lastLines.push(error.message));
    child.on('message', (message) => {
      const report: Report = reportSchema.parse(message);
      if (report.kind === 'log') log(report.line);
      else if (report.kind === 'failed') reason = report.reason;
      else if (report.kind === 'ready') {
        if (settled === undefined) log(`${spec.name} is back (pid ${child.pid}).`);
        ready = true;
        settled?.ready();
      } else if (report.state === 'up') containers.set(report.pid, { name: report.name, owner: spec.name });
      else containers.delete(report.pid);
    });
    const began = performance.now();
    child.on('exit', (code, signal) => {
      endContainersOf(spec.name);
      if (piece.child === child) delete piece.child;
      if (piece.stopping) {
        settled?.failed(new Error(`${spec.name} was stopped before it was ready.`));
        return;
      }
      const how = signal ? `was killed (${signal})` : `ended with code ${code}`;
      const why = reason || lastLines.join(' | ');
      if (!ready && settled) {
        pieces.delete(spec.name);
        settled.failed(new Error(`${spec.name} could not start: it ${how}. ${why}`));
        return;
      }
      // A piece that keeps dying is given more and more time; one that lived is back at once.
      const next = performance.now() - began > 5_000 ? 0 : attempt + 1;
      const delay = next === 0 ? 0 : Math.min(5_000, 50 * 2 ** (next - 1));
      log(`${spec.name} ${how}; it is started again. ${reason}`.trimEnd());
      piece.timer = setTimeout(() => launch(spec, next), delay);
    });
    child.send({ kind: 'start', configuration: spec.configuration });
  }

  /** A container ends with its service by itself, unless its handler is in an endless loop. */
  function endContainersOf(owner: string) {
    for (const [pid, container] of containers) {
      if (container.owner !== owner) continue;
      containers.delete(pid);
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Already gone.
      }
    }
  }

  return {
    start(spec) {
      return new Promise((ready, failed) => {
        pieces.set(spec.name, { kind: spec.kind, stopping: false });
        launch(spec, 0, { ready, failed });
      });
    },
    processes() {
      const specs = [...pieces].flatMap(([name, { kind, child }]) =>
        child?.pid === undefined ? [] : [{ name, pid: child.pid, kind }],
      );
      return [
        ...specs,
        ...[...containers].map(([pid, { name }]) => ({ name, pid, kind: 'container' as const })),
      ];
    },
    async stop(...names) {
      const ending = (names.length > 0 ? names : [...pieces.keys()]).map(async (name) => {
        const piece = pieces.get(name);
        if (!piece) return;
        piece.stopping = true;
        clearTimeout(piece.timer);
        if (piece.child) await endChild(piece.child);
        pieces.delete(name);
      });
      await Promise.all(ending);
    },
  };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const impatient = setTimeout(() => child.kill('SIGKILL'), graceMs);
  if (child.connected) child.send({ kind: 'stop' }, () => {});
  await exited;
  clearTimeout(impatient);
}
