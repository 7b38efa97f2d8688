import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { Client } from 'pg';
import { startStack, type ServiceName, type Stack } from '@propago/local-stack';
import { endOf, postRun, writeClip, type BenchClip } from './clip';

/** Frames that a service has worked on since it was started, by its own counter. */
async function framesOf(stack: Stack, name: ServiceName): Promise<number> {
  const { url } = stack.services.processes.find((process) => process.name === name)!;
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^propago_frames_total\\{stage="${name}"\\} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}

/** What one correction took, in seconds since its prompt was accepted. */
async function correct(
  stack: Stack,
  database: Client,
  run: { id: string; clip: BenchClip; seconds: number },
  frame: number,
) {
  const before = { decoded: await framesOf(stack, 'ingest'), encoded: await framesOf(stack, 'features') };
  const propagatedBefore = await framesOf(stack, 'propagation');
  const body = new Uint8Array(run.clip.maskOf(frame));
  const headers = { 'content-type': 'image/png' };
  const answer = await fetch(`${stack.url}/v1/runs/${run.id}/prompts/${frame}`, { method: 'PUT', headers, body });
  const acceptedAt = Date.now();
  if (answer.status !== 202) throw new Error(await answer.text());
  await endOf(stack.url, run.id);
  const { rows } = await database.query<{ storedAt: Date; frameCount: number }>(
    `select "storedAt" at time zone 'UTC' as "storedAt", "frameCount" from "ResultSegment"
      where "runId" = $1 and "storedAt" at time zone 'UTC' > $2 order by "storedAt"`,
    [run.id, new Date(acceptedAt)],
  );
  const since = (at: Date | undefined) => (at ? (at.getTime() - acceptedAt) / 1000 : NaN);
  const [first, last] = [since(rows[0]?.storedAt), since(rows.at(-1)?.storedAt)];
  return {
    frame,
    masks: rows.reduce((sum, { frameCount }) => sum + frameCount, 0),
    framesPropagated: (await framesOf(stack, 'propagation')) - propagatedBefore,
    firstMaskSeconds: first,
    lastMaskSeconds: last,
    firstMaskShare: first / run.seconds,
    lastMaskShare: last / run.seconds,
    framesDecodedAgain: (await framesOf(stack, 'ingest')) - before.decoded,
    framesEncodedAgain: (await framesOf(stack, 'features')) - before.encoded,
  };
}

const program = new Command('bench:corrections')
  .description(
    'From an accepted prompt to the first and the last mask that it changes, as shares of the whole first run',
  )
  .option('--encoder <file>', 'ONNX encoder; the shipped one by default')
  .option('--preset <name>', 'preset', 'siammae')
  .option('--frames <n>', 'frames of the clip, of 854x480 px', Number, 100)
  .option('--at <frame...>', 'frames that are corrected, one after the other', ['50', '75', '10', '99']);

async function main(): Promise<void> {
  const { encoder, preset, frames, at } = program.parse().opts<{
    encoder?: string;
    preset: string;
    frames: number;
    at: string[];
  }>();
  const folder = await mkdtemp(path.join(tmpdir(), 'propago-bench-'));
  let stack: Stack | undefined;
  try {
    const clip = await writeClip(folder, frames);
    stack = await startStack({ serviceEnv: encoder ? { ENCODERS: path.resolve(encoder) } : {} });
    const options = { preset };
    // The first run loads the encoder and warms up the code; its clip is another one, so nothing of it is reused.
    await endOf(stack.url, await postRun(stack.url, await writeClip(folder, 17), options, [0]));
    const id = await postRun(stack.url, clip, options, [0]);
    const { timings } = await endOf(stack.url, id);
    const database = new Client(stack.servers.databaseUrl);
    await database.connect();
    const corrections = [];
    try {
      for (const frame of at.map(Number)) {
        corrections.push(await correct(stack, database, { id, clip, seconds: timings.seconds }, frame));
      }
    } finally {
      await database.end();
    }
    const { seconds, firstMaskSeconds } = timings;
    process.stdout.write(
      `${JSON.stringify({ frames, preset, run: { seconds, firstMaskSeconds }, corrections }, round, 2)}\n`,
    );
    const isReused = corrections.every((one) => one.framesDecodedAgain === 0 && one.framesEncodedAgain === 0);
    if (!isReused) process.exitCode = 1;
  } finally {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function round(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
