import { CodedError, type ErrorCode } from '@propago/contracts';
import { unsupportedCodec } from './foreign-file';

// ffmpeg reports the signal of its CPU limit as mere information.
const TAG = /\[(warning|error|fatal|panic)\]|^\[info\] Exiting normally, received signal/;
// Sound and subtitles that nobody wants are refused a decoder, as they should be; that matters only where nothing else
// explains a failure.
const REFUSED = /Codec \((\w+)\) not on whitelist|Failed to open codec in avformat_find_stream_info/;
const MAX_KEPT = 8;
const MAX_KEPT_CHARS = 300;

/** How one process ended. */
export interface ToolExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The wrapper killed it because its wall clock ran out. */
  timedOut: boolean;
}

/**
 * What ffmpeg's messages say about a file, in order of precedence: a cut file also looks damaged, so "truncated" comes
 * first. Those of the first group end a call whatever its exit code; the others explain an exit code other than 0.
 */
const VERDICTS: readonly { code: ErrorCode; pattern: RegExp; always?: true }[] = [
  { code: 'VIDEO_TIMEOUT', pattern: /received signal 24/, always: true },
  {
    code: 'VIDEO_TOO_LARGE',
    pattern: /Cannot allocate memory|get_buffer\(\) failed|Picture size .* is invalid|exceeds? (the )?max_pixels/i,
    always: true,
  },
  {
    code: 'VIDEO_TRUNCATED',
    pattern: /File ended prematurely|partial file|Packet corrupt|corrupt input packet|moov atom not found/i,
  },
  {
    code: 'VIDEO_CORRUPT',
    pattern: /corrupt decoded frame|error while decoding|Invalid data found|Decoding error|Error submitting packet/i,
  },
  { code: 'VIDEO_NO_FRAMES', pattern: /Cannot determine format of input stream .* after EOF/ },
];
// Before this line ffmpeg analyses the headers of all streams, also of those that nobody wants.
const DECODING = /^\[info\] Stream mapping:/;

/** Reads the messages of one process as they come; keeps a bounded number of them. */
export class Diagnosis {
  private readonly kept: string[] = [];
  private verdict = VERDICTS.length;
  private analysing = true;
  private refusedCodec: string | null = null;
  private lastLine = '';

  read(line: string): void {
    if (DECODING.test(line)) {
      this.analysing = false;
      this.kept.length = 0;
      this.verdict = VERDICTS.length;
    }
    if (!TAG.test(line)) {
      this.lastLine = line.slice(0, MAX_KEPT_CHARS);
      return;
    }
    const refused = REFUSED.exec(line);
    if (refused) {
      this.refusedCodec = refused[1] ?? this.refusedCodec;
      return;
    }
    if (this.kept.length < MAX_KEPT) this.kept.push(forUsers(line).slice(0, MAX_KEPT_CHARS));
    const found = VERDICTS.findIndex(({ pattern }) => pattern.test(line));
    if (found >= 0) this.verdict = Math.min(this.verdict, found);
  }

  /** The failure that stands whatever else is wrong: a limit was reached while frames were decoded. Null for none. */
  urgent(task: string): CodedError | null {
    const verdict = VERDICTS[this.verdict];
    return verdict?.always && !this.analysing ? new CodedError(verdict.code, `${task} failed: ${this.summary}`) : null;
  }

  /** The messages, for a person. */
  get summary(): string {
    return this.kept.join(' | ') || 'no message';
  }

  /**
   * The failure this process stands for, or null when it ended well and said nothing bad.
   * @param task what was being done, for the message
   * @param fallback code for a failure that no message explains
   */
  failure(exit: ToolExit, task: string, fallback: ErrorCode): CodedError | null {
    if (exit.timedOut) return new CodedError('VIDEO_TIMEOUT', `${task} took longer than this server allows.`);
    if (exit.code === 0) return this.urgent(task);
    const verdict = VERDICTS[this.verdict];
    if (verdict) return new CodedError(verdict.code, `${task} failed: ${this.summary}`);
    // The codes of a shell or loader that cannot start the program; its message carries no tag.
    if (exit.code === 126 || exit.code === 127)
      return new CodedError('INTERNAL', `ffmpeg does not start: ${this.lastLine}`);
    // Killed from outside (for instance for memory): the file is not to blame.
    if (exit.signal) return new CodedError('INTERNAL', `${task} was ended by ${exit.signal}.`);
    if (this.refusedCodec) return unsupportedCodec(this.refusedCodec);
    return new CodedError(fallback, `${task} failed (exit ${exit.code}): ${this.summary}`);
  }
}

/** A line of ffmpeg without its tag, and without the folders of this server. */
export function forUsers(line: string): string {
  return line.replace(/^\[[^\]]*\] /, '').replaceAll(/(file:)?(\/[^\s/:'"]+)+\/[^\s:'"]+/g, 'the file');
}
