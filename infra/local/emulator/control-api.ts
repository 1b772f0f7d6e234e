import type { IncomingMessage, ServerResponse } from 'node:http';
import { reasonOf } from '../../../shared/model/errors.ts';
import { type Listening, listen } from './process/http.ts';
import type { ProcessEntry } from './process/supervisor.ts';
import { type LocalStack, labelOf } from './template/local-stack.ts';

export interface Controlled {
  readonly stack: LocalStack;
  readonly apiUrl: string;
  readonly awsEndpoint: string;
  readonly processes: () => ProcessEntry[];
  readonly runSchedule: (name: string) => Promise<unknown>;
  readonly switchMapping: (functionName: string, enabled: boolean) => Promise<void>;
}

/**
 * The platform's own API, for other commands on this machine: `GET /` lists what runs,
 * `POST /schedules/{name}/run` and `POST /mappings/{function}/enable|disable` act. No credential leaves by it.
 */
export function startControl(port: number, platform: Controlled): Promise<Listening> {
  return listen(port, async (request, response) => {
    try {
      await answer(platform, request, response);
    } catch (error) {
      send(response, 400, { message: reasonOf(error) });
    }
  });
}

async function answer(platform: Controlled, request: IncomingMessage, response: ServerResponse) {
  // A web page that resolves its own name to this address must not get here, nor one that posts a form.
  if (!/^(127\.0\.0\.1|localhost):\d+$/.test(request.headers.host ?? '') || request.headers.origin) {
    return send(response, 403, { message: 'Only programs on this machine may ask.' });
  }
  const path = request.url ?? '/';
  if (request.method === 'GET' && path === '/') return send(response, 200, overview(platform));
  const [, schedule] = /^\/schedules\/([^/]+)\/run$/.exec(path) ?? [];
  if (request.method === 'POST' && schedule !== undefined) {
    return send(response, 200, await platform.runSchedule(decodeURIComponent(schedule)));
  }
  const [, mapped, act] = /^\/mappings\/([^/]+)\/(enable|disable)$/.exec(path) ?? [];
  if (request.method === 'POST' && mapped !== undefined) {
    await platform.switchMapping(decodeURIComponent(mapped), act === 'enable');
    return send(response, 200, {});
  }
  return send(response, 404, { message: `There is no ${request.method} ${path}.` });
}

function overview({ stack, apiUrl, awsEndpoint, processes }: Controlled) {
  return {
    stack: stack.name,
    region: stack.region,
    apiUrl,
    awsEndpoint,
    routes: stack.apis.flatMap(({ routes }) => routes.map(({ routeKey }) => routeKey)),
    functions: stack.functions.map((lambda) => ({ id: labelOf(lambda), name: lambda.name })),
    queues: stack.queues.map((queue) => ({ id: labelOf(queue), name: queue.name, url: queue.url })),
    tables: stack.tables.map((table) => ({ id: labelOf(table), name: table.name })),
    secrets: stack.secrets.map((secret) => ({ id: labelOf(secret), name: secret.name, arn: secret.arn })),
    schedules: stack.schedules.map((schedule) => ({
      id: labelOf(schedule),
      name: schedule.name,
      expression: schedule.expression,
      enabled: schedule.enabled,
    })),
    outputs: stack.outputs,
    processes: processes(),
  };
}

function send(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
