import { grantsTests } from './grants.ts';
import { lostTriggerTests } from './lost-trigger.ts';
import { ordersOutTests } from './orders-out.ts';
import { pagesTests } from './pages.ts';
import { startPlant } from './plant.ts';
import { resultsBackTests } from './results-back.ts';

startPlant();
lostTriggerTests();
ordersOutTests();
resultsBackTests();
pagesTests();
grantsTests();
