import { counting } from './counting.ts';
import { dutch } from './dutch.ts';
import { graph } from './graph.ts';
import { hal } from './hal.ts';
import { revised } from './revised.ts';
import { searching } from './searching.ts';
import { tabular } from './tabular.ts';
import { wrapped } from './wrapped.ts';

/** Other APIs that Azumuta might have; each differs from the default contract in many points. */
export const dialects = [counting, tabular, wrapped, dutch, graph, hal, searching, revised] as const;
