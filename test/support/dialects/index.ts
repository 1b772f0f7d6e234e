import { archiving } from './archiving.ts';
import { compound } from './compound.ts';
import { counting } from './counting.ts';
import { dutch } from './dutch.ts';
import { graph } from './graph.ts';
import { grown } from './grown.ts';
import { hal } from './hal.ts';
import { revised } from './revised.ts';
import { searching } from './searching.ts';
import { tabular } from './tabular.ts';
import { wrapped } from './wrapped.ts';

/** Other APIs that Azumuta might have; each differs from the default contract in many points. */
export const dialects = [counting, tabular, wrapped, dutch, graph, hal, searching, revised] as const;

/**
 * By somebody who has not read the recogniser. A plant with `compound` or `grown` books right by its contract; with
 * `archiving` it does not, as no line says what it does.
 */
export const dialectsOfOthers = [archiving, compound, grown] as const;
