import { describeErpConformance } from '../conformance/suite.ts';
import { graphqlErp } from './graphql.ts';
import { graphqlOver } from './graphql-server.ts';
import { sandboxTarget } from './target.ts';

describeErpConformance(
  'rest on GraphQL',
  async () => ({ ...(await sandboxTarget(graphqlErp, graphqlOver)), rounded: undefined }),
  {
    concurrency: 'this ERP books twice; the ledger locks the order',
    'never-changed': 'every order of this ERP has a change time',
    session: 'an API key needs no session',
    units: 'a configuration knows no unit but the one that the order tells',
  },
);
