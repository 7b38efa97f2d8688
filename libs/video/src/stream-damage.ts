import type { ContainerKind } from './signature';
import { CODECS, DEMUXERS } from './ffmpeg';
import { forUsers } from './diagnosis';

const DECODING = /^\[info\] Stream mapping:/;
const MESSAGE = /^((?:\[[^\]]+ @ \w+\] )*)\[(warning|error|fatal)\] (.*)/;
// ffmpeg itself, of every version, about a packet that gave no frame, or a frame that its decoder marked as incomplete.
const LOST_FRAME =
  /corrupt decoded frame|Error while decoding stream|Error submitting (a )?packet to (the )?decoder|Decoding error/;
const CUT_PACKET = /^Packet corrupt \(stream = (\d+),/;
const ENDS_EARLY = /ended prematurely|partial file/;
// What decoders call an error although no pixel depends on it: notes for players, and bookkeeping about frames that the
// stream says it has dropped.
const HARMLESS =
  /\bSEI\b|\bVUI\b|APP fields|mmco|unref short|co located POCs|number of reference frames|closed captions|A53|timecode|aspect ratio|Application provided/i;

/**
 * Finds in ffmpeg's messages what the chosen stream has lost. Only its decoder is open once decoding has begun, so each
 * error of that decoder is about a frame of it; messages of other decoders, which come while headers are analysed, count
 * nothing. What the demuxer complains about, then too, may concern any stream: it matters only where frames cannot be shown
 * to be all there.
 */
export class StreamDamage {
  private decoding = false;
  private found: string | null = null;
  private complaint: string | null = null;
  private cut: string | null = null;

  constructor(
    private readonly streamIndex: number,
    private readonly codec: string,
    private readonly container: Exclude<ContainerKind, 'zip'>,
  ) {}

  read(line: string): void {
    this.decoding ||= DECODING.test(line);
    const message = MESSAGE.exec(line);
    if (!message) return;
    const [, contexts, level, text] = message as unknown as [string, string, string, string];
    const names = contexts.split(/[[\]] ?/).map((context) => context.replace(/ @ .*/, ''));
    if (names.includes(DEMUXERS[this.container])) this.readDemuxer(text, level);
    else if (!this.decoding) return;
    else if (LOST_FRAME.test(text)) this.found ??= text;
    else if (level !== 'warning' && this.isOfDecoder(names) && !HARMLESS.test(text)) this.found ??= text;
  }

  /** The first sign since the last call that a frame is lost or incomplete, for users; null where there is none. */
  take(): string | null {
    const text = this.found;
    this.found = null;
    return text === null ? null : forUsers(text);
  }

  /** That a packet of the stream is cut, for users; null where none is. */
  get cutPacket(): string | null {
    return this.cut === null ? null : forUsers(this.cut);
  }

  /** What the demuxer complained about, for users; null where it did not. */
  get doubt(): string | null {
    return this.complaint === null ? null : forUsers(this.complaint);
  }

  /** Whether the file ends before its last frame, as far as messages tell. */
  get endsEarly(): boolean {
    return this.cut !== null || (this.complaint !== null && ENDS_EARLY.test(this.complaint));
  }

  private readDemuxer(text: string, level: string): void {
    // A transport stream is judged from its own packets: the demuxer calls complete pictures corrupt, and knows no cuts.
    if (this.container === 'mpegts') return;
    const cut = CUT_PACKET.exec(text);
    if (cut && Number(cut[1]) === this.streamIndex) this.cut ??= text;
    if (level === 'warning') return;
    if (this.complaint === null || ENDS_EARLY.test(text)) this.complaint = text;
  }

  private isOfDecoder(names: readonly string[]): boolean {
    return names.some((name) => CODECS[this.codec]?.includes(name));
  }
}
