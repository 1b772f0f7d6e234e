import { integration } from '../integration.ts';
import { lambdaRuntime } from '../runtime.ts';
import { createReconcileCompletions } from './reconcile-completions.ts';

/** Trigger: EventBridge Scheduler. */
export const handler = createReconcileCompletions(integration, lambdaRuntime());
