import { integration } from '../integration.ts';
import { lambdaRuntime } from '../runtime.ts';
import { createCollectCompletion } from './collect-completion.ts';

/** Trigger: the completions queue. */
export const handler = createCollectCompletion(integration, lambdaRuntime());
