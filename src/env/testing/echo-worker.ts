/** A worker module for the tests of Workers: greets, then answers each message with it and its length. */
import { utf8Encode } from '../../base/index.ts';
import { workerContext } from '../index.ts';

const context = workerContext();
context.post((context.data as { greeting: string }).greeting);
context.onMessage((message) => {
  if (message === 'die') throw new Error('asked to die');
  context.post(`${String(message)}, ${utf8Encode('hello world').length} bytes`);
});
