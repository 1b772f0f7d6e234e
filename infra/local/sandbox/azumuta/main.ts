import { runSandbox } from '../program.ts';
import { createAzumutaSandbox } from './create-sandbox.ts';

runSandbox(createAzumutaSandbox);
