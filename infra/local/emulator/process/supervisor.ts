import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { serviceReportSchema } from './child-process.ts';

/** A process of the platform: a module that calls `runService`. */
export interface ServiceSpec {
  readonly name: string;
  readonly module: string;
  readonly configuration: unknown;
  readonly environment?: Readonly<Record<string, string>>;
}

interface Watched {
  readonly spec: ServiceSpec;
  /** Settles the start; deleted once it is settled. */
  starting?: PromiseWithResolvers<void>;
  stopping: boolean;
  child?: ChildProcess;
  timer?: NodeJS.Timeout;
  /** Why it says that it failed, or the last lines that it printed. */
  lastLines: string[];
  /** Names of its containers, by their process ids. */
  readonly containers: Map<number, string>;
}

/** Compiled code of the services, kept between runs: without it every start compiles fastify and zod again. */
const servicesCompileCache = fileURLToPath(
  new URL('../../../../node_modules/.cache/local-platform', import.meta.url),
);

/** How long a service that was asked to end may take before it is killed. */
const childStopGraceMs = 4_000;
/** After so long a service that died is started again, also one that dies each time. */
const restartMs = 50;

/** Keeps services alive: one that dies comes back with the same configuration, and so on the same port. */
export class Supervisor {
  readonly #log: (line: string) => void;
  readonly #services = new Map<string, Watched>();

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** Resolves when the service is ready; rejects when it cannot start. It is restarted whenever it dies later. */
  start(spec: ServiceSpec): Promise<void> {
    const starting = Promise.withResolvers<void>();
    const service = { spec, stopping: false, starting, lastLines: [], containers: new Map() };
    this.#services.set(spec.name, service);
    this.#launch(service);
    return starting.promise;
  }

  processes() {
    return [...this.#services.values()].flatMap(({ spec: { name }, child, containers }) => [
      ...(child?.pid === undefined ? [] : [{ name, pid: child.pid, kind: 'service' as const }]),
      ...[...containers].map(([pid, name]) => ({ name, pid, kind: 'container' as const })),
    ]);
  }

  /** Ends all, the last that was started first, as running work depends on those before it. */
  async stop(): Promise<void> {
    for (;;) {
      const service = [...this.#services.values()].at(-1);
      if (!service) return;
      service.stopping = true;
      clearTimeout(service.timer);
      if (service.child) await endChild(service.child);
      this.#services.delete(service.spec.name);
    }
  }

  #launch(service: Watched): void {
    const { spec } = service;
    const child = fork(spec.module, [], {
      execPath: process.execPath,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {
        PATH: process.env.PATH ?? '',
        TZ: 'UTC',
        NODE_COMPILE_CACHE: servicesCompileCache,
        ...spec.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    service.child = child;
    service.lastLines = [];
    this.#log(`${spec.name} starts (pid ${child.pid}).`);
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', (chunk: Buffer) => this.#note(service, chunk.toString()));
    }
    child.on('error', (error) => service.lastLines.push(error.message));
    child.on('message', (message) => this.#takeReport(service, message));
    child.on('exit', (code, signal) => {
      endContainersOf(service);
      delete service.child;
      const how = signal ? `was killed (${signal})` : `ended with code ${code}`;
      if (service.starting) {
        this.#services.delete(spec.name);
        const failure = service.stopping
          ? 'was stopped before it was ready.'
          : `could not start: it ${how}. ${service.lastLines.join(' | ')}`;
        service.starting.reject(new Error(`${spec.name} ${failure}`));
      } else if (!service.stopping) {
        this.#log(`${spec.name} ${how}; it is started again. ${service.lastLines.join(' | ')}`.trimEnd());
        service.timer = setTimeout(() => this.#launch(service), restartMs);
      }
    });
    child.send({ configuration: spec.configuration });
  }

  #note(service: Watched, output: string): void {
    for (const line of output.split('\n').filter(Boolean)) {
      service.lastLines = [...service.lastLines.slice(-9), line];
      this.#log(`${service.spec.name}: ${line}`);
    }
  }

  #takeReport(service: Watched, message: unknown): void {
    const report = serviceReportSchema.parse(message);
    if (report.kind === 'failed') service.lastLines = [report.reason];
    else if (report.kind === 'log') this.#log(report.line);
    else if (report.kind === 'ready') {
      if (service.starting) service.starting.resolve();
      else this.#log(`${service.spec.name} is back.`);
      delete service.starting;
    } else if (report.state === 'up') service.containers.set(report.pid, report.name);
    else service.containers.delete(report.pid);
  }
}

/** A container ends with its service by itself, unless its handler is in an endless loop. */
function endContainersOf({ containers }: Watched): void {
  for (const pid of containers.keys()) {
    containers.delete(pid);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Already gone.
    }
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  const impatient = setTimeout(() => child.kill('SIGKILL'), childStopGraceMs);
  if (child.connected) child.send('stop', () => {});
  await exited;
  clearTimeout(impatient);
}
