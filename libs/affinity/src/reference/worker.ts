import { parentPort } from 'node:worker_threads';
import { takeRows } from './rows';
import { WorkMessage } from './pool';

/** Entry of a worker thread: works on the jobs it is sent, in order, and answers with their ids. */
parentPort?.on('message', ({ id, job, control }: WorkMessage) => {
  takeRows(job, control);
  parentPort?.postMessage(id);
});
