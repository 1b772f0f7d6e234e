import { counting } from './counting.ts';
import { tabular } from './tabular.ts';
import { wrapped } from './wrapped.ts';

/** Three dialects of Azumuta; each differs from what is assumed in every point of the contract. */
export const dialects = [counting, tabular, wrapped] as const;
