import type { IncomingMessage, ServerResponse } from 'node:http';
import { reasonOf } from '../../../shared/model/errors.ts';
import { type Listening, listen } from './process/http.ts';
import type { ProcessEntry } from './process/supervisor.ts';
import type { LocalStack } from './template/local-stack.ts';

export interface Controlled {
  readonly stack: LocalStack;
  readonly apiUrl: string;
  readonly awsEndpoint: string;
  readonly processes: () => ProcessEntry[];
  readonly runSchedule: (name: string) => Promise<unknown>;
}

/**
 * The platform's own API, for other commands on this machine: `GET /` tells what runs, `POST /schedules/{name}/run`
 * runs a schedule. No credential leaves by it.
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
  return send(response, 404, { message: `There is no ${request.method} ${path}.` });
}

function overview({ stack, apiUrl, awsEndpoint, processes }: Controlled) {
  return {
    stack: stack.name,
    region: stack.region,
    apiUrl,
    awsEndpoint,
    outputs: stack.outputs,
    processes: processes(),
  };
}

function send(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
