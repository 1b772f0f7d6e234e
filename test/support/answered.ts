import { type Api, Refusal, type Reply } from '../../infra/local/sandbox/api.ts';
import type { Answer, Received } from './server.ts';

/** A sandbox's answer to a request; an error without an answer is thrown. */
export function answeredBy(api: Api, request: Received): Answer {
  const { status, body = {}, headers = {} } = replyOf(api, request);
  return { status, body, headers };
}

function replyOf(api: Api, request: Received): Reply {
  try {
    return api.answer(request);
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}
