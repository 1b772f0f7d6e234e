import { withoutSecrets } from '../../platform/aws/credentials.ts';
import { sentenceOf } from '../../platform/error-message.ts';
import type { ErpEnvironment } from '../connector.ts';
import { CsrfSession } from '../csrf.ts';
import { createLogin } from '../login.ts';
import { readMeaning } from './answers.ts';
import { type Call, downBy, type Erp, failureOfReading, type Heard, loginFailure } from './errors.ts';
import type { RestAnswer, RestOptions, RestQuestion, RestRequest } from './options.ts';

/** The calls that a look may make, logged in. */
export type Reader = Omit<Session, 'write'>;
export type Session = ReturnType<typeof createSession>;

export function createSession<Row>(options: RestOptions<Row>, environment: ErpEnvironment<unknown>) {
  const { csrf, name: partner = 'ERP' } = options;
  const { clock } = environment;
  const meaningOf = (answer: RestAnswer) => readMeaning(options.answers, answer, clean);
  const whyRefused = (answer: RestAnswer, who: string) => {
    const meaning = meaningOf(answer);
    return meaning && loginFailure(meaning, answer.status, who);
  };
  const reached = { ...options, partner, clock };
  const login = createLogin(options.auth, reached, environment, encodeURIComponent, whyRefused);
  function clean(text: string): string {
    return withoutSecrets(text, login.secrets);
  }
  const erp: Erp = {
    partner,
    now: clock.now,
    said(answer) {
      const sentence = sentenceOf(answer, login.secrets);
      return ` (${answer.status})${sentence === undefined ? '' : `: ${sentence}`}`;
    },
    meaningOf,
  };

  const tokens =
    csrf &&
    new CsrfSession(login.send, {
      ...erp,
      path: csrf.fetchPath,
      remedy: 'check csrf.fetchPath',
      whyRefused,
      // After a 403 for missing rights this costs a read.
      isRefused: ({ status }) => status === 403,
    });

  function send(request: RestRequest, { signal, guard }: Call, writes: boolean): Promise<RestAnswer> {
    const headers = { ...options.headers, ...request.headers };
    const sent = { ...request, headers, signal, guard, writes };
    const { method = 'GET' } = request;
    // The ERP decides by method: a question by POST needs the token, too.
    const isReadingMethod = method === 'GET' || method === 'HEAD';
    if (tokens && !isReadingMethod) return tokens.write(sent);
    return (tokens ?? login).send(sent);
  }

  return {
    ...erp,
    /** A text without our secrets. */
    clean,
    /** Ends the session, where there is one that can be ended. */
    close: login.close,
    /**
     * One question, which changes nothing, even by POST. A refused login is renewed once.
     * @returns An answer of the ERP itself: a success, an accepted status or a refusal (4xx); or what the configuration says
     *   that it withholds.
     * @throws PartnerDown without such an answer, scope `order` when the time is up or for a 403.
     */
    async read(question: RestQuestion, call: Call): Promise<Heard> {
      const answer = await send(question, call, false);
      const { status } = answer;
      const meaning = meaningOf(answer);
      if (meaning?.kind === 'down') throw downBy(partner, meaning, { what: call.what, status });
      if (meaning) return { withheld: meaning, status };
      const failure = failureOfReading(answer, erp, call);
      if (failure) throw failure;
      return { shown: answer };
    },
    /**
     * One call that may change something. Any status but a refused login or CSRF token is an answer, and those are
     * renewed once: they did nothing.
     * @throws PartnerDown without an answer, scope `order` when the time is up.
     */
    write: (request: RestRequest, call: Call) => send(request, call, true),
  };
}
