import { createSnsClient } from '../../shared/platform/aws/topics.ts';
import { integration } from '../integration.ts';
import { lambdaRuntime } from '../runtime.ts';
import { createSendAlerts } from './send-alerts.ts';

/** Trigger: EventBridge Scheduler. */
export const handler = createSendAlerts(integration, { ...lambdaRuntime(), sns: createSnsClient() });
