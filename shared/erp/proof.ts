import * as z from 'zod/mini';
import type { HttpOptions, HttpRequest, HttpResponse, PartnerCall } from '../platform/http.ts';
import type { Sends } from './authentication.ts';
import type { ErpEnvironment } from './connector.ts';
import { type Cookies, cookieHeader } from './cookies.ts';
import { secretText } from './secrets.ts';

/** Headers or query parameters by their names. */
export type Named = Readonly<Record<string, string>>;

/** What a call carries to prove who we are. */
export interface Proof {
  readonly headers: Named;
  readonly query: Named;
  /** Of a session; answers renew them. */
  readonly cookies?: Cookies;
}
export const noProof: Proof = { headers: {}, query: {} };

/** Where a login takes what each call carries. */
export interface ProofSource {
  /** @param refused What the ERP has just refused: then another one, or the same if there is no other. */
  readonly get: (call: PartnerCall, refused?: Proof) => Promise<Proof>;
  /** Whether the ERP does not take a call because of its login. Such a call did nothing. Default: by a 401. */
  readonly isRefused?: (answer: HttpResponse) => boolean;
  /** What it means that it is refused with another one, too. Default: what its status says. */
  readonly refusedAgain?: (answer: HttpResponse) => Error;
  /** Ends what it has opened. Default: nothing is open. */
  readonly close?: (call: PartnerCall) => Promise<void>;
}

/** Why an answer to a login gives none, where the configuration says so. @param partner How messages name who answered. */
export type WhyRefused = (answer: HttpResponse, partner: string) => Error | undefined;

/** What the parts of one login share. */
export interface LoginParts {
  readonly http: HttpOptions;
  readonly environment: ErpEnvironment<unknown>;
  /** Every secret used so far. */
  readonly used: Set<string>;
  readonly encode: (text: string) => string;
  readonly whyRefused: WhyRefused;
}

/** A request with what proves who we are. */
export function withProofs<Request extends Pick<HttpRequest, 'headers' | 'query'>>(
  request: Request,
  proofs: readonly Proof[],
): Request {
  let { headers = {}, query = {} } = request;
  for (const proof of proofs) {
    headers = { ...headers, ...proof.headers };
    if (proof.cookies) headers = { ...headers, ...cookieHeader(proof.cookies, headers.cookie) };
    query = { ...query, ...proof.query };
  }
  return { ...request, headers, query };
}

/** The fields of the secret that each call carries besides its login. */
export function proofOf({ headers = {}, query = {} }: Sends, secret: unknown, used: Set<string>): Proof {
  const fields = z.parse(z.record(z.string(), z.unknown()), secret);
  const valuesOf = (places: Named): Named =>
    Object.fromEntries(
      Object.entries(places).map(([name, field]) => {
        const value = z.parse(secretText, fields[field]);
        used.add(value);
        return [name, value];
      }),
    );
  return { headers: valuesOf(headers), query: valuesOf(query) };
}
