import { integration } from '../integration.ts';
import { lambdaRuntime } from '../runtime.ts';
import { createReconcileCompletions } from './reconcile-completions.ts';

/** Trigger: EventBridge Scheduler, and where a plant books at times a second schedule, which says so in its event. */
export const handler = createReconcileCompletions(integration, lambdaRuntime());
