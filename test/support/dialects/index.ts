import { counting } from './counting.ts';
import { tabular } from './tabular.ts';
import { wrapped } from './wrapped.ts';

/** Three other APIs that Azumuta might have; each differs from the default contract in every point. */
export const dialects = [counting, tabular, wrapped] as const;
