import { describe, expect, it } from 'vitest';
import { tryton } from '../../../../shared/erp/tryton/index.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { failureOf } from '../conformance/attempts.ts';
import { firstPage } from '../conformance/listing.ts';
import { createRpcServer, type RpcAnswer, type RpcCall, type RpcServer } from './server.ts';

let server: RpcServer;

const search = 'model.production.search_read';

async function list(answer: (call: RpcCall) => RpcAnswer | undefined, connector = () => server.connector()) {
  server = createRpcServer(answer);
  return failureOf(firstPage(connector()));
}
const methods = () => server.calls.map(({ method }) => method);

describe('the Tryton session', () => {
  it('logs in once, then sends the session and the context of the preferences', async () => {
    // Act
    await list(({ method }) => (method === search ? { result: [] } : undefined));

    // Assess
    expect(methods()).toEqual(['common.db.login', 'model.res.user.get_preferences', search, search]);
    const [login, , first] = server.calls;
    expect(login?.headers.authorization).toBeUndefined();
    expect(first?.headers.authorization).toBe(`Session ${Buffer.from('azumuta:2:token').toString('base64')}`);
    expect(first?.params.at(-1)).toEqual({ company: 1, employee: 3, language: 'nl' });
  });

  it('works in the company of the options instead of the preferences', async () => {
    // Act
    await list(
      ({ method }) => (method === search ? { result: [] } : undefined),
      () => server.connector({ company: 7 }),
    );

    // Assess
    const [domain] = server.calls.at(-1)?.params ?? [];
    expect(domain).toContainEqual(['company', '=', 7]);
    expect(server.calls.at(-1)?.params.at(-1)).toMatchObject({ company: 7 });
  });

  it('never repeats the text of an answer to a login', async () => {
    // Act
    const failure = await list(({ method, params }) =>
      method === 'common.db.login' ? { error: [`failed with ${JSON.stringify(params)}`, ''] } : undefined,
    );

    // Assess
    expect(failure).toMatchObject({ scope: 'partner' });
    expect(String(failure)).toContain('database name');
    expect(String(failure)).not.toContain('canary-password');
  });
});

describe('the options', () => {
  it('are checked when the connector is configured, by path', () => {
    const configure = () => tryton({ url: 'tryton.example.com', database: '', orderFields: ['a b'] });

    expect(configure).toThrow(Rejected);
    expect(configure).toThrow(/\$\.url.*\$\.database.*\$\.orderFields\[0\]/);
  });
});
