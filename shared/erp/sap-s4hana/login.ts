import * as z from 'zod/mini';
import { RetryLater } from '../../model/errors.ts';
import { createHttp, partnerFailure } from '../../platform/http.ts';
import { stopIfAborted } from '../booking-rules.ts';
import type { ErpEnvironment } from '../connector.ts';
import type { SapCredentials, SapOptions } from './options.ts';

export interface SapLogin {
  /** Value of the Authorization header. */
  readonly authorization: (signal: AbortSignal) => Promise<string>;
  /** Another value after SAP refused the last one; undefined when there is none to try. */
  readonly renewed: (signal: AbortSignal) => Promise<string | undefined>;
}

const tokenSchema = z.object({ access_token: z.string(), expires_in: z.optional(z.number()) });
/** A token is not used in its last minute: the call may take that long. */
const marginMs = 60_000;

/** Basic, or OAuth2 client credentials (RFC 6749 §4.4) with the token kept until shortly before it expires. */
export function createSapLogin(options: SapOptions, environment: ErpEnvironment<SapCredentials>): SapLogin {
  const { auth } = options;
  if (auth === 'basic') {
    let last: string | undefined;
    return {
      async authorization() {
        last = basicOf(await environment.credentials());
        return last;
      },
      async renewed() {
        const fresh = basicOf(await environment.credentials({ refresh: true }));
        return fresh === last ? undefined : fresh;
      },
    };
  }

  const { pathname, search, origin } = new URL(auth.tokenUrl);
  const http = createHttp({
    partner: "SAP's token service",
    baseUrl: origin,
    allowHttp: options.allowHttp,
    timeoutMs: options.timeoutMs,
    caCertificate: options.caCertificate,
    clock: environment.clock,
  });
  let kept: { readonly authorization: string; readonly until: number } | undefined;

  async function fetchToken(signal: AbortSignal, refresh: boolean): Promise<string> {
    stopIfAborted(signal, 'SAP', 'logging in');
    const response = await http.send({
      method: 'POST',
      path: `${pathname}${search}`,
      headers: {
        authorization: clientOf(await environment.credentials({ refresh })),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        ...(typeof auth === 'object' && auth.scope ? { scope: auth.scope } : {}),
      }).toString(),
      signal,
      writes: false,
    });
    const now = environment.clock.now();
    const failure = partnerFailure(response, { partner: "SAP's token service", what: 'its token', now });
    if (failure) throw failure;
    const token = tokenSchema.safeParse(response.json);
    if (!token.success) {
      // RFC 6749 §5.2: an unknown client is a 400 or a 401.
      throw new RetryLater(
        "SAP's token service gave no token: check the client id, the secret and tokenUrl.",
        {
          scope: 'partner',
          unauthorized: response.status === 400,
        },
      );
    }
    const { access_token, expires_in = 300 } = token.data;
    kept = { authorization: `Bearer ${access_token}`, until: now.getTime() + expires_in * 1000 - marginMs };
    return kept.authorization;
  }

  return {
    async authorization(signal) {
      if (kept && environment.clock.now().getTime() < kept.until) return kept.authorization;
      return fetchToken(signal, false).catch(async (error: unknown) => {
        if (!(error instanceof RetryLater && error.unauthorized)) throw error;
        return fetchToken(signal, true);
      });
    },
    renewed: (signal) => fetchToken(signal, true),
  };
}

function basicOf(credentials: SapCredentials): string {
  if (!('username' in credentials)) throw misfit('username and password', "auth 'basic'");
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

function clientOf(credentials: SapCredentials): string {
  if (!('clientId' in credentials)) throw misfit('clientId and clientSecret', 'OAuth2');
  return `Basic ${Buffer.from(`${credentials.clientId}:${credentials.clientSecret}`).toString('base64')}`;
}

/** As for a secret of the wrong shape: nothing can be booked, and nothing is to be given up. */
function misfit(needed: string, configured: string): RetryLater {
  return new RetryLater(`SAP: the secret needs ${needed}, because the configuration says ${configured}.`, {
    scope: 'partner',
    unauthorized: true,
  });
}
