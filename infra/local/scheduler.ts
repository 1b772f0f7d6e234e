import * as z from 'zod/mini';
import { reasonOf } from '../../shared/model/errors.ts';
import { runPiece } from './child.ts';
import { invoke } from './invoke.ts';
import { listen } from './loopback.ts';
import { rateMilliseconds } from './rate.ts';
import { find, scheduleSchema } from './stack.ts';

/**
 * EventBridge Scheduler: invokes the target of every enabled schedule, first one period after the start.
 * `POST /schedules/{name}/run` invokes it now, whatever its state, and answers what the function returned.
 */
const configurationSchema = z.object({
  port: z.number(),
  lambdaUrl: z.string(),
  schedules: z.array(scheduleSchema),
});

runPiece(configurationSchema, async ({ port, lambdaUrl, schedules }, report) => {
  const log = (line: string) => report({ kind: 'log', line: `scheduler: ${line}` });
  const timers = schedules
    .filter(({ enabled }) => enabled)
    .map((schedule) => {
      const { name, functionName, input = '{}', expression } = schedule;
      const fire = () => {
        invoke(lambdaUrl, functionName, input, { type: 'Event' }).catch((error: unknown) =>
          log(`${name} could not invoke ${functionName}: ${reasonOf(error)}`),
        );
      };
      return setInterval(fire, rateMilliseconds(expression, name));
    });

  const server = await listen(port, async (request, response) => {
    const [, encoded] = /^\/schedules\/([^/]+)\/run$/.exec(request.url ?? '') ?? [];
    if (request.method !== 'POST' || encoded === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { functionName, input = '{}' } = find(schedules, 'schedule', decodeURIComponent(encoded));
    const invoked = await invoke(lambdaUrl, functionName, input);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(invoked));
  });

  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await server.close();
    },
  };
});
