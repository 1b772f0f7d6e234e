import * as z from 'zod/mini';
import { reasonOf } from '../../../../shared/model/errors.ts';
import { prepareAccess } from '../iam/authorize.ts';
import { createGrantLog, grantLogSchema } from '../iam/grant-log.ts';
import { principalSchema } from '../iam/principals.ts';
import { runService } from '../process/child-process.ts';
import { listen } from '../process/http.ts';
import { find, resourcePolicySchema, scheduleSchema } from '../template/local-stack.ts';
import { type Invoked, invoke } from './invoke.ts';
import { rateMilliseconds } from './schedule-rate.ts';

/**
 * EventBridge Scheduler: invokes the target of every enabled schedule with the schedule's own role, first one
 * period after the start. `POST /schedules/{name}/run` invokes it now, whatever its state, and answers what the
 * function returned.
 */
const configurationSchema = z.object({
  port: z.number(),
  lambdaUrl: z.string(),
  schedules: z.array(z.object({ schedule: scheduleSchema, principal: principalSchema })),
  resourcePolicies: z.array(resourcePolicySchema),
  grantLog: z.optional(grantLogSchema),
});

runService(configurationSchema, async (configuration, report) => {
  const { port, lambdaUrl, resourcePolicies } = configuration;
  const log = (line: string) => report({ kind: 'log', line: `scheduler: ${line}` });
  const noteGrant = createGrantLog(configuration.grantLog);
  const schedules = configuration.schedules.map(({ schedule, principal }) => {
    const { name, targetArn, functionName, input = '{}' } = schedule;
    const access = prepareAccess(principal, resourcePolicies);
    return {
      ...schedule,
      async run(type: 'RequestResponse' | 'Event'): Promise<Invoked> {
        const decision = access({ action: 'lambda:InvokeFunction', resource: targetArn });
        if (!decision.allowed) {
          log(`${name} may not invoke ${functionName}. ${decision.reason}.`);
          return { status: 403, payload: { message: decision.reason } };
        }
        noteGrant(principal, decision.grant, 'schedule');
        return invoke(lambdaUrl, functionName, input, { type });
      },
    };
  });
  const timers = schedules
    .filter(({ enabled }) => enabled)
    .map(({ name, functionName, expression, run }) => {
      const fire = () => {
        run('Event').catch((error: unknown) =>
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
    const invoked = await find(schedules, 'schedule', decodeURIComponent(encoded)).run('RequestResponse');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(invoked));
  });

  return {
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await server.close();
    },
  };
});
