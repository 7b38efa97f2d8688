import { asCodedError } from '@propago/contracts';
import { type Encoder, openEncoder } from './encoder';
import type { FromEncoderChild, ToEncoderChild } from './encoder-process';

/**
 * The process of one loaded encoder; see `EncoderProcess`. Its event loop only passes messages on: inference runs on the
 * encoder's threads.
 */

let encoder: Promise<Encoder> | undefined;

async function answer(message: Exclude<ToEncoderChild, { kind: 'end' }>): Promise<FromEncoderChild> {
  const { id } = message;
  try {
    if (message.kind === 'open') {
      encoder = openEncoder(message.options);
      return { id, plan: (await encoder).plan };
    }
    if (!encoder) throw new Error('The first message opens the encoder.');
    const { frames, batch, dtype } = message;
    return { id, encoded: await (await encoder).encode(frames, batch, dtype) };
  } catch (error) {
    const { code, message: detail } = asCodedError(error);
    return { id, failed: { code: code === 'INTERNAL' ? 'ENCODER_FAILED' : code, message: detail } };
  }
}

/** A disconnected parent is dead or has let go of this process: nobody waits for what still runs. */
function endAtOnce(): void {
  // Threads that are in native code make an orderly exit abort.
  process.kill(process.pid, 'SIGKILL');
}

process.on('disconnect', endAtOnce);
// The parent says when to end: a signal to the whole process group must not take the encoder from a job that is ending.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

process.on('message', (message: ToEncoderChild) => {
  if (message.kind === 'end') {
    process.off('disconnect', endAtOnce);
    const closed = encoder?.then((open) => open.close()).catch(() => {});
    void Promise.resolve(closed).then(() => process.exit(0));
    return;
  }
  void answer(message).then((reply) => {
    if (process.connected) process.send!(reply);
  });
});
