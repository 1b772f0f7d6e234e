import { integration } from '../integration.ts';
import { lambdaSurroundings } from '../surroundings.ts';
import { createReconcileCompletions } from './reconcile-completions.ts';

/** Trigger: EventBridge Scheduler. */
export const handler = createReconcileCompletions(integration, lambdaSurroundings());
