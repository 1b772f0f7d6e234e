import { AsyncLocalStorage } from 'node:async_hooks';
import type { Runtime } from '../../../functions/wiring.ts';
import type { Invocation } from '../../../shared/platform/aws/lambda.ts';
import type { Chance } from './chance.ts';
import { describeEvent, describeResponse } from './describe.ts';
import type { Process } from './process.ts';
import type { Timeline } from './timeline.ts';
import { isExpected } from './unexpected.ts';
import type { VirtualTime } from './virtual-time.ts';

/** The container whose code is running; the replaced fetch finds its caller with it. */
export const runningContainer = new AsyncLocalStorage<Process>();

export type Handler = (event: unknown, invocation: Invocation) => Promise<unknown>;

interface FunctionDefinition {
  readonly stage: string;
  readonly timeoutMs: number;
  /** Builds the function, as a new container does. */
  readonly build: (runtime: Runtime) => Handler;
}

/** How an invocation ended. */
export type Ending = { readonly response: unknown } | { readonly failure: string };

export type LambdaFunction = ReturnType<typeof createFunction>;

interface LambdaSurroundings {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly timeline: Timeline;
  /** Called with an error that no function should throw. */
  readonly unexpected: (sentence: string) => void;
  readonly start: (name: string, stage: string) => Process;
  readonly surroundingsOf: (process: Process) => Runtime;
}

interface Container {
  readonly process: Process;
  readonly handler: Handler;
  isBusy: boolean;
}

/** Probability of a new container although one is idle, as Lambda replaces containers after some hours. */
const replacedWith = 0.05;

/** One function and its containers. A container runs one invocation at a time, and is reused. */
export function createFunction(
  { stage, timeoutMs, build }: FunctionDefinition,
  { time, chance, timeline, unexpected, start, surroundingsOf }: LambdaSurroundings,
) {
  let containers: Container[] = [];
  let started = 0;
  let running = 0;

  function containerFor(): Container {
    const idle = containers.filter(({ isBusy }) => !isBusy);
    if (idle.length > 0 && !chance.happens(replacedWith)) return chance.pick(idle);
    started += 1;
    const process = start(`${stage} ${started}`, stage);
    const container = { process, handler: build(surroundingsOf(process)), isBusy: false };
    containers.push(container);
    return container;
  }

  return {
    running: () => running,
    /** A new version is deployed: containers of the old one end what they do, and get nothing more to do. */
    replace() {
      containers = [];
    },
    invoke(event: unknown, done: (ending: Ending) => void): void {
      const container = containerFor();
      const { process, handler } = container;
      const endsAt = time.now() + timeoutMs;
      let isOver = false;
      running += 1;
      container.isBusy = true;

      function end(ending: Ending): void {
        if (isOver) return;
        isOver = true;
        running -= 1;
        container.isBusy = false;
        timeline.note(process.name, () =>
          'failure' in ending ? `fails: ${ending.failure}` : describeResponse(ending.response),
        );
        // Later, because the caller may invoke the function again at once.
        time.after(1, () => done(ending));
      }

      process.onDeath = () => {
        containers = containers.filter((one) => one !== container);
        end({ failure: 'died' });
      };
      time.at(endsAt, () => {
        if (!isOver) process.die('timeout');
      });
      const invocation: Invocation = {
        awsRequestId: chance.id(),
        getRemainingTimeInMillis: () => Math.max(0, endsAt - time.now()),
      };
      timeline.begin(process.name, () => describeEvent(event));
      process.thaw();
      const ended = (ending: Ending) => {
        if (!process.isAlive()) return;
        process.freeze();
        end(ending);
      };
      runningContainer.run(process, () =>
        handler(event, invocation).then(
          (response) => ended({ response }),
          (error: unknown) => {
            if (process.isAlive() && !isExpected(error)) unexpected(`${stage} failed: ${String(error)}`);
            ended({ failure: String(error) });
          },
        ),
      );
    },
  };
}
