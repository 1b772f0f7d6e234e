import { describeErpConformance } from '../conformance/suite.ts';
import { graphqlErp } from './graphql.ts';
import { graphqlOver } from './graphql-server.ts';
import { sandboxCannot, sandboxTarget } from './target.ts';

describeErpConformance(
  'rest on GraphQL',
  async () => ({ ...(await sandboxTarget(graphqlErp, graphqlOver)), rounded: undefined }),
  { ...sandboxCannot, assembly: 'its example sends only quantities' },
);
