import defined from '#integration';
import { integrationAt } from '../shared/integration/define.ts';
import { readEnvironment } from '../shared/platform/environment.ts';

/** The plant's configuration, at the stage that the stack is deployed to. */
export const integration = integrationAt(defined, readEnvironment(['STAGE']).STAGE);
