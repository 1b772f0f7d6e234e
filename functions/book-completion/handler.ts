import { integration } from '../integration.ts';
import { lambdaRuntime } from '../runtime.ts';
import { createBookCompletion } from './book-completion.ts';

/** Trigger: the completions queue. */
export const handler = createBookCompletion(integration, lambdaRuntime());
