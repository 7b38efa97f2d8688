import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Command, Option } from 'commander';
import { EXPORT_FORMAT_NAMES, parseExportOptions, type ExportFormat } from '@propago/contracts';
import { writeExport, type ExportedFrame, type ExportedRun, type FormatSource } from '@propago/formats';
import { encodeRles, rleArea, VOC_PALETTE } from '@propago/labels';
import { withScratchFolder } from '@propago/storage';

/** Frames after which the pictures repeat: what a format does with a mask is done for every frame all the same. */
const DIFFERENT = 16;

interface Options {
  frames: number;
  objects: number;
  format: ExportFormat[];
}

async function measure({ frames, objects, format: formats }: Options): Promise<void> {
  const run: ExportedRun = {
    label: 'bench',
    width: 854,
    height: 480,
    frames,
    frameRate: 25,
    objects: Array.from({ length: objects }, (_, i) => ({ id: i + 1, name: null })),
    palette: VOC_PALETTE,
    promptedFrames: [0],
    keypointObjects: [],
  };
  const source = sourceOf(run);
  console.log(`${frames} frames of ${run.width}x${run.height}, ${objects} objects`);
  for (const format of formats) {
    const sampled = samplePeak();
    const start = performance.now();
    await withScratchFolder('bench', async (folder) => {
      const file = path.join(folder, 'file');
      const scratch = path.join(folder, 'scratch');
      await mkdir(scratch);
      const { loss } = await writeExport(
        format,
        source,
        { file, scratch, signal: new AbortController().signal },
        parseExportOptions(format, {}),
      );
      const seconds = (performance.now() - start) / 1000;
      const mean = loss?.meanJaccard;
      console.log(
        `${format.padEnd(14)} ${seconds.toFixed(1).padStart(7)} s ${((await stat(file)).size / 1e6).toFixed(1).padStart(9)} MB` +
          `  peak ${sampled().toFixed(0).padStart(5)} MiB${mean == null ? '' : `  J ${mean.toFixed(4)}`}`,
      );
    });
  }
}

/** Resident memory of this process, MiB: the most that was seen until it is asked for. */
function samplePeak(): () => number {
  let peak = 0;
  const look = () => (peak = Math.max(peak, process.memoryUsage().rss / 2 ** 20));
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    look();
    return peak;
  };
}

/** Objects that drift: ellipses, every eighth of them with a hole. */
function sourceOf(run: ExportedRun): FormatSource {
  const pictures = Array.from({ length: DIFFERENT }, (_, shift) => masksOf(run, shift));
  const rgb = Buffer.alloc(run.width * run.height * 3, 128);
  async function* frames(): AsyncGenerator<ExportedFrame> {
    for (let index = 0; index < run.frames; index++) {
      yield {
        index,
        pts: index,
        seconds: index / 25,
        name: null,
        objects: pictures[index % DIFFERENT]!,
        keypoints: [],
      };
    }
  }
  return {
    run,
    frames,
    withPictures: (use) =>
      use(
        (async function* () {
          for await (const frame of frames()) yield { frame, rgb };
        })(),
      ),
  };
}

function masksOf({ width, height, objects }: ExportedRun, shift: number) {
  const labels = new Uint8Array(width * height);
  const columns = Math.ceil(Math.sqrt(objects.length * 1.8));
  const [cellX, cellY] = [width / columns, height / Math.ceil(objects.length / columns)];
  for (const [i, { id }] of objects.entries()) {
    const [x0, y0] = [((i % columns) + 0.5) * cellX + shift / 4, (Math.floor(i / columns) + 0.5) * cellY];
    for (let y = Math.max(0, Math.floor(y0 - cellY / 2)); y < Math.min(height, y0 + cellY / 2); y++) {
      for (let x = Math.max(0, Math.floor(x0 - cellX / 2)); x < Math.min(width, x0 + cellX / 2); x++) {
        const distance = Math.hypot((x - x0) / (0.42 * cellX), (y - y0) / (0.42 * cellY));
        if (distance < 1 && (i % 8 > 0 || distance > 0.4)) labels[y * width + x] = id;
      }
    }
  }
  const rles = encodeRles(
    labels,
    { width, height },
    objects.map(({ id }) => id),
  );
  return rles.map((rle, i) => ({ id: objects[i]!.id, area: rleArea(rle), confidence: 0.9, rle }));
}

new Command('bench:exports')
  .description('Time, size and memory of each format of exports, from masks that are made up')
  .option('--frames <n>', 'how many frames', Number, 20_000)
  .option('--objects <n>', 'how many objects, 1 to 254', Number, 64)
  .addOption(new Option('--format <name...>').choices(EXPORT_FORMAT_NAMES).default(EXPORT_FORMAT_NAMES))
  .action(measure)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
