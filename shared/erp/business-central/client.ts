import * as z from 'zod/mini';
import type { HttpRequest, HttpResponse, PartnerCall } from '../../platform/http.ts';
import { describeMismatches, parse } from '../../platform/validation.ts';
import type { ErpEnvironment } from '../connector.ts';
import { createLogin } from '../login.ts';
import { companyMissing, failureOf, isCompanyMissing, notBusinessCentral } from './errors.ts';
import { type BusinessCentralOptions, partner, reachedBy } from './options.ts';

/** The pages of the extension. */
export type BcPage =
  | 'orderLines'
  | 'orderOperations'
  | 'orderComponents'
  | 'bookings'
  | 'bookingNotes'
  | 'links'
  | 'setups';

interface BcRead {
  readonly page: BcPage;
  readonly filter?: string;
  readonly orderBy?: string;
  readonly top?: number;
  /** `the data of order RPO-1001/10000`, for messages. */
  readonly what: string;
  /** Default: it is. */
  readonly isAboutOrder?: boolean;
}

/** A row to be inserted: no page of the extension lets us change one. */
interface BcWrite {
  readonly page: BcPage;
  readonly body: Readonly<Record<string, unknown>>;
  readonly what: string;
}

/** Business Central as one attempt reads and writes it. */
export type Writer = ReturnType<ReturnType<typeof createClient>>;
/** A look is given only this, so it cannot write. */
export type Reader = Omit<Writer, 'write'>;

const companiesSchema = z.object({ value: z.array(z.object({ id: z.string(), name: z.string() })) });

/** @returns a function that makes the calls of one attempt, and calls `onWritten` after each write that was answered. */
export function createClient(options: BusinessCentralOptions, environment: ErpEnvironment<unknown>) {
  const { company, serverTenant } = options;
  const { clock } = environment;
  const { baseUrl, login: how } = reachedBy(options);
  const { tenant: _, environment: __, ...http } = options;
  const login = createLogin(how, { ...http, partner, baseUrl, clock }, environment);

  return ({ signal, guard }: PartnerCall, onWritten = () => {}) => {
    const send = (request: HttpRequest): Promise<HttpResponse> =>
      login.send({
        ...request,
        query: { ...request.query, tenant: serverTenant },
        // A locked record is known by its words alone; a replica may be behind.
        headers: { 'accept-language': 'en-US', 'data-access-intent': 'ReadWrite', ...request.headers },
        signal,
        guard,
      });
    const pathOf = (page: BcPage) => `/api/azumuta/production/v1.0/companies(${company})/${page}`;

    /** The names of the companies that there are; none where they cannot be read. */
    async function readCompanies(): Promise<string[]> {
      const { json } = await send({ path: '/api/v2.0/companies' });
      const parsed = parse(companiesSchema, json);
      return parsed.ok ? parsed.value.value.map(({ id, name }) => `${name} (${id})`) : [];
    }

    async function call<Answer>(
      request: HttpRequest,
      { what, isAboutOrder = true }: Pick<BcRead, 'what' | 'isAboutOrder'>,
      answer: z.ZodMiniType<Answer>,
    ): Promise<Answer> {
      const writes = request.method !== undefined;
      const response = await send(request);
      const failure = failureOf(response, {
        what,
        isAboutOrder,
        writes,
        now: clock.now(),
        secrets: login.secrets,
      });
      if (isCompanyMissing(response)) throw companyMissing(company, await readCompanies());
      if (failure) throw failure;
      const parsed = parse(answer, response.json);
      if (!parsed.ok) throw notBusinessCentral(what, writes, describeMismatches(parsed.mismatches));
      if (writes) onWritten();
      return parsed.value;
    }

    return {
      options,
      /** The rows of one call. */
      async readRows<Row>(asked: BcRead, row: z.ZodMiniType<Row>): Promise<Row[]> {
        const { page, filter, orderBy, top } = asked;
        const query = { $filter: filter, $orderby: orderBy, $top: top };
        const { value } = await call({ path: pathOf(page), query }, asked, z.object({ value: z.array(row) }));
        return value;
      },
      write: ({ page, body, what }: BcWrite): Promise<unknown> =>
        call({ method: 'POST', path: pathOf(page), body }, { what }, z.record(z.string(), z.unknown())),
    };
  };
}

/** A text of an OData V4 query: quotes are doubled. */
export function odataText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
