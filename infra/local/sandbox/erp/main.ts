import { runSandbox } from '../program.ts';
import { createErpSandbox } from './create-sandbox.ts';

runSandbox(createErpSandbox);
