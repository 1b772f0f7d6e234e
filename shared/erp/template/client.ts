import type * as z from 'zod/mini';
import type { HttpRequest, PartnerCall } from '../../platform/http.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { ErpEnvironment } from '../connector.ts';
import { createLogin } from '../login.ts';
import { failureOf, notTheErp } from './errors.ts';
import { partner, type TemplateOptions } from './options.ts';

interface Call<Answer> extends Pick<HttpRequest, 'path' | 'query'> {
  /** `reading order 4711`, for messages. */
  readonly what: string;
  readonly answer: z.ZodMiniType<Answer>;
}

/** The ERP as one attempt reads and writes it. */
export type Writer = ReturnType<ReturnType<typeof createClient>>;
/** A look is given only this, so it cannot write. */
export type Reader = Pick<Writer, 'read'>;

/** @returns a function that makes the calls of one attempt, and calls `onWritten` after each write that was answered. */
export function createClient(options: TemplateOptions, environment: ErpEnvironment<unknown>) {
  const { clock } = environment;
  const http = { ...options, partner, baseUrl: options.url, clock };
  const login = createLogin({ kind: 'apiKey', header: 'X-Api-Key' }, http, environment);

  return ({ signal, guard }: PartnerCall, onWritten = () => {}) => {
    /** @throws RetryLater, Rejected or UnknownOrder (errors.ts). */
    async function call<Answer>(
      { what, answer, ...request }: Call<Answer> & HttpRequest,
      writes: boolean,
    ): Promise<Answer> {
      const response = await login.send({ ...request, signal, guard, writes });
      const failure = failureOf(response, { what, writes, now: clock.now(), secrets: login.secrets });
      if (failure) throw failure;
      const parsed = parse(answer, response.json);
      if (!parsed.ok) throw notTheErp(what, writes, describeMismatches(parsed.mismatches));
      if (writes) onWritten();
      return parsed.value;
    }
    return {
      read: <Answer>(asked: Call<Answer>) => call(asked, false),
      write: <Answer>(sent: Call<Answer> & Required<Pick<HttpRequest, 'method' | 'body'>>) =>
        call(sent, true),
    };
  };
}
