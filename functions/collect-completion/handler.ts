import { integration } from '../integration.ts';
import { lambdaSurroundings } from '../surroundings.ts';
import { createCollectCompletion } from './collect-completion.ts';

/** Trigger: the completions queue. */
export const handler = createCollectCompletion(integration, lambdaSurroundings());
