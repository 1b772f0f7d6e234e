import { createSnsClient } from '../../shared/platform/aws/topics.ts';
import { integration } from '../integration.ts';
import { lambdaSurroundings } from '../surroundings.ts';
import { createSendAlerts } from './send-alerts.ts';

/** Trigger: EventBridge Scheduler. */
export const handler = createSendAlerts(integration, { ...lambdaSurroundings(), sns: createSnsClient() });
