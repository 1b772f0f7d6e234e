import defined from '#integration';
import { integrationAt } from '../shared/integration/define.ts';
import { settingOf } from '../shared/platform/environment.ts';

/** The plant's configuration, at the stage that the stack is deployed to. */
export const integration = integrationAt(defined, settingOf('STAGE'));
