import { logTests } from './logs.ts';
import { ordersOutTests } from './orders-out.ts';
import { resultsBackTests } from './results-back.ts';
import { startStage } from './stage.ts';

startStage();
ordersOutTests();
resultsBackTests();
logTests();
