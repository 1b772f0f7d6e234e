import { expect, it } from 'vitest';
import { businessCentral } from '../../../../shared/erp/business-central/index.ts';
import { reachedBy } from '../../../../shared/erp/business-central/options.ts';
import { completionOf } from '../conformance/completions.ts';
import { bcCompany } from '../conformance/servers/business-central.ts';
import { startPlant } from './plant.ts';

// dev-itpro/webservices/api-endpoint-structure.md, dev-itpro/administration/automation-apis-using-s2s-authentication.md of
// MicrosoftDocs/dynamics365smb-devitpro-pb.
it('is reached in the cloud by tenant and environment, with a token of that tenant', () => {
  const { id: company } = bcCompany;

  expect(reachedBy({ tenant: 'plant.onmicrosoft.com', environment: 'Sandbox', company })).toEqual({
    baseUrl: 'https://api.businesscentral.dynamics.com/v2.0/plant.onmicrosoft.com/Sandbox',
    login: {
      kind: 'oauth2ClientCredentials',
      tokenUrl: 'https://login.microsoftonline.com/plant.onmicrosoft.com/oauth2/v2.0/token',
      scope: 'https://api.businesscentral.dynamics.com/.default',
    },
  });
});

it('is reached on premises by its address, by Basic or with a token of its own service', () => {
  const server = { url: 'https://bc.plant.example:7048/BC', company: bcCompany.id };
  const token = { tokenUrl: 'https://login.plant.example/token', scope: 'bc' };

  expect(reachedBy({ ...server, auth: 'basic' })).toEqual({ baseUrl: server.url, login: { kind: 'basic' } });
  expect(reachedBy({ ...server, auth: token })).toEqual({
    baseUrl: server.url,
    login: { kind: 'oauth2ClientCredentials', ...token },
  });
});

// dev-itpro/administration/operational-limits-online.md: 5 at once, 6,000 in 5 minutes.
it('is called within the limits of a user in the cloud: four at once, fifteen times a second', () => {
  const { atOnce, perSecond } = businessCentral({ tenant: 't', environment: 'e', company: bcCompany.id });

  expect({ atOnce, perSecond }).toEqual({ atOnce: 4, perSecond: 15 });
});

it.each([[['plant-a']], [[]]])(
  'names the tenants %j of a server that has several, in each call',
  async (tenants) => {
    const { plan, book, faults } = startPlant({ serverTenant: tenants[0] });

    await book(completionOf(plan()));

    const calls = faults.calls().filter(({ url }) => !url.includes('/oauth/'));
    const named = calls.map(({ url }) => new URL(url, 'https://erp.invalid').searchParams.getAll('tenant'));
    expect(named).toEqual(calls.map(() => tenants));
    expect(calls).toHaveLength(4);
  },
);
