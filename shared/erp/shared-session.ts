import { isDeepStrictEqual } from 'node:util';
import { PartnerDown } from '../model/errors.ts';
import type { PartnerCall } from '../platform/http.ts';
import type { ErpEnvironment } from './connector.ts';

/**
 * One session of an ERP's own, or token, for all calls: calls that need it at the same moment share one login, which is
 * made with the call, or the signal, of the first.
 */
export class SharedSession<Session, Call extends PartnerCall | AbortSignal = AbortSignal> {
  readonly #open: (call: Call) => Promise<Session>;
  #current: Promise<Session> | undefined;
  #known: Session | undefined;

  constructor(open: (call: Call) => Promise<Session>) {
    this.#open = open;
  }

  /** The one that is open; undefined also while it is being opened. */
  get known(): Session | undefined {
    return this.#known;
  }

  /** The current session, or a new one if there is none that `isGood`. */
  get(call: Call, isGood: (known: Session) => boolean = () => true): Promise<Session> {
    if (this.#known !== undefined && !isGood(this.#known)) this.forget(this.#known);
    this.#current ??= this.#open(call).then(
      (session) => {
        this.#known = session;
        return session;
      },
      (error) => {
        this.#current = undefined;
        throw error;
      },
    );
    return this.#current;
  }

  /** Called when the ERP does not know this session (any more); one that was opened since is kept. */
  forget(session: Session): void {
    if (session !== this.#known) return;
    this.#current = this.#known = undefined;
  }
}

/**
 * Makes a call with the secret. If it is refused, the secret is read again, as it may have been rotated, and the call is
 * repeated; the same secret is not sent again.
 */
export async function withCredentials<Credentials, T>(
  read: ErpEnvironment<Credentials>['credentials'],
  call: (credentials: Credentials) => Promise<T>,
): Promise<T> {
  const known = await read();
  try {
    return await call(known);
  } catch (error) {
    if (!(error instanceof PartnerDown && error.unauthorized)) throw error;
    const renewed = await read({ refresh: true });
    if (isDeepStrictEqual(renewed, known)) throw error;
    return call(renewed);
  }
}
