import { SingleBar } from 'cli-progress';
import { RunProgress } from './run-resource';

const LINE_INTERVAL_MS = 1000;
/** So many passes that are not done are named. */
const NAMED_PASSES = 3;

/** Where progress goes; stderr, so that stdout holds the results only. */
export interface ProgressTarget {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows how many frames have masks: a bar on a terminal, else at most one plain line per second. */
export class ProgressDisplay {
  private bar: SingleBar | undefined;
  private lastLine = '';
  private lastLineAt = -Infinity;

  constructor(
    private readonly target: ProgressTarget = process.stderr,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * @param done frames with a mask
   * @param total frames in all; null while unknown
   * @param detail what else goes on
   * @param known frames that there are at least
   */
  update(done: number, total: number | null, detail: string, known = done + 1): void {
    if (this.target.isTTY) this.draw(done, total, Math.max(total ?? known, 1), detail);
    else this.print(done, total, detail);
  }

  /** The progress of one run. */
  updateRun({ frames, ingest, features, propagation, results, passes }: RunProgress): void {
    const detail = `decoded ${ingest.done}, features ${features.done}, propagated ${propagation.done}${passesOf(passes)}`;
    this.update(results.done, frames ?? results.total, detail, ingest.done);
  }

  /** A line of its own, above the bar. */
  say(text: string): void {
    this.end();
    this.target.write(`${text}\n`);
  }

  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private draw(done: number, total: number | null, scale: number, detail: string): void {
    if (!this.bar) {
      this.bar = new SingleBar({
        format: '{bar} {value}/{count} frames · {detail} · {duration_formatted}',
        stream: this.target as NodeJS.WritableStream,
        hideCursor: true,
        // Ctrl-C is the command's: it still has servers to stop.
        gracefulExit: false,
        fps: 5,
      });
      this.bar.start(scale, done, { detail, count: total ?? '?' });
    }
    this.bar.setTotal(scale);
    this.bar.update(done, { detail, count: total ?? '?' });
  }

  private print(done: number, total: number | null, detail: string): void {
    const line = `${done} of ${total ?? '?'} frames (${detail})`;
    const now = this.now();
    if (line === this.lastLine || now - this.lastLineAt < LINE_INTERVAL_MS) return;
    this.lastLine = line;
    this.lastLineAt = now;
    this.target.write(`${line}\n`);
  }
}

/** How far the passes are, where there is more than one: `; 2 of 4 passes done, 57→99 1/6, 57→1 2/4`. */
function passesOf(passes: RunProgress['passes'] = []): string {
  if (passes.length < 2) return '';
  const isDone = ({ segments: { done, total } }: (typeof passes)[number]) => done === total;
  const left = passes.filter((pass) => !isDone(pass));
  const named = left.slice(0, NAMED_PASSES).map(({ fromFrame, toFrame, segments: { done, total } }) => {
    return `, ${fromFrame}→${toFrame ?? '?'} ${done}/${total ?? '?'}`;
  });
  return `; ${passes.length - left.length} of ${passes.length} passes done${named.join('')}`;
}
