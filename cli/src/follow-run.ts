import { setTimeout as sleep } from 'node:timers/promises';
import { ApiClient } from './api-client';
import { readEvents } from './sse';
import { isTerminal, RunProgress, runProgress, RunResource } from './run-resource';

/** Event streams that may break before only polling is left. */
const STREAM_ATTEMPTS = 3;
/** Events may be lost on the way (NATS is at most once), so the run is also asked for. */
const POLL_MS = 3000;
const POLL_WITHOUT_STREAM_MS = 500;

/**
 * Waits until a run has ended, by its event stream and by polling.
 *
 * @param onProgress called with each news of the progress
 * @returns the run in its terminal state
 */
export async function followRun(
  client: ApiClient,
  id: string,
  onProgress: (progress: RunProgress) => void,
  signal: AbortSignal,
): Promise<RunResource> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  let streaming = true;
  let wakeUp: () => void = () => undefined;
  const listening = listen(client, id, both, onProgress, () => wakeUp()).finally(() => {
    streaming = false;
  });
  try {
    for (;;) {
      const run = await client.getRun(id);
      if (run.progress) onProgress({ ...run.progress, passes: run.passes });
      if (isTerminal(run.state)) return run;
      const pause = new AbortController();
      wakeUp = () => pause.abort();
      const limit = streaming ? POLL_MS : POLL_WITHOUT_STREAM_MS;
      await sleep(limit, undefined, { signal: AbortSignal.any([both, pause.signal]) }).catch(() => undefined);
      signal.throwIfAborted();
    }
  } finally {
    stop.abort();
    await listening;
  }
}

/** Passes on progress; `onState` says that the run is worth asking for. Ends when the streams have failed too often. */
async function listen(
  client: ApiClient,
  id: string,
  signal: AbortSignal,
  onProgress: (progress: RunProgress) => void,
  onState: () => void,
): Promise<void> {
  let lastEventId: string | undefined;
  for (let attempt = 0; attempt < STREAM_ATTEMPTS && !signal.aborted; attempt++) {
    try {
      for await (const event of readEvents(await client.events(id, lastEventId, signal))) {
        lastEventId = event.id ?? lastEventId;
        if (event.event === 'state') onState();
        if (event.event !== 'progress') continue;
        const progress = progressOf(event.data);
        if (progress) onProgress(progress);
      }
    } catch {
      if (signal.aborted) return;
    }
    onState();
  }
}

function progressOf(data: string): RunProgress | undefined {
  const value = JSON.parse(data) as { progress?: object; passes?: unknown };
  const parsed = runProgress.safeParse({ ...(value.progress ?? value), passes: value.passes });
  return parsed.success ? parsed.data : undefined;
}
