import { parentPort } from 'node:worker_threads';
import { worstInputs } from './worst-inputs.ts';

/** Runs one pattern after the other on its worst inputs, and answers each when it is through. */
parentPort?.on('message', ({ source, flags, length }) => {
  for (const input of worstInputs(source, flags, length)) input.replace(new RegExp(source, flags), '');
  parentPort?.postMessage('through');
});
