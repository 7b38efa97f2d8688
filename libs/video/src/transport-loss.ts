import { open } from 'node:fs/promises';
import { UnitScanner, type UnitKind } from './nal-units';
import { PACKET_BYTES, type TransportLayout, visitTransportPackets } from './transport-stream';

/** What a transport stream has lost of one of its streams. */
export interface TransportLoss {
  /** `cut`: the file ends within a picture; `hole`: bytes or pictures in between are missing. */
  kind: 'cut' | 'hole';
  /** Time stamp, 90 kHz, of the picture that is incomplete or after which others are missing; null where unknown. */
  pts: number | null;
}

interface Picture {
  pts: number | null;
  /** Order of decoding, 90 kHz. */
  dts: number | null;
  /** Bytes announced for its PES packet and not seen yet; null where it is as long as it is, as nearly always. */
  missing: number | null;
  /** Whether its last packet was padded, as the last one of a picture is. */
  padded: boolean;
  /** The unit that began last; null where none was found. */
  unit: UnitKind | null;
  /** Whether a packet is missing within its supplementary information, and no unit has begun since. */
  doubtful: boolean;
}

const CLOCK_BITS = 2 ** 33;
// A longer leap, or one back, is the joint of two recordings: nothing was between them.
const LONGEST_HOLE = 10 * 90_000;
const RECENT_PICTURES = 64;
// As many pictures as may be stored before one that is shown earlier.
const PICTURES_HELD = 16;

/**
 * Looks for pictures that a transport stream has lost. The container states no lengths, and some decoders (HEVC) do not
 * notice that half of a picture is missing; but every packet has a counter, and the last packet of a picture is padded to
 * 188 bytes. Reads the whole file once; decodes nothing.
 *
 * A counter that leaps where a new picture begins loses nothing when the picture before it is complete and the time stamps
 * either go on or start again: so look recordings that were joined, and segments of a live stream. Nor does one within
 * supplementary information, as encoders write their settings in front of a picture, where the next that begins is the
 * picture's first slice.
 */
export async function findTransportLoss(
  path: string,
  layout: TransportLayout,
  { pid, codec }: { pid: number; codec: string },
): Promise<TransportLoss | null> {
  const file = await open(path, 'r');
  try {
    const watch = new StreamWatch(new UnitScanner(codec));
    let loss: TransportLoss | null = null;
    await visitTransportPackets(file, layout, pid, (packet) => {
      loss = watch.read(packet);
      return loss === null;
    });
    return loss ?? watch.end();
  } finally {
    await file.close();
  }
}

class StreamWatch {
  private counter: number | null = null;
  private picture: Picture | null = null;
  private step: number | null = null;
  private cut = false;
  /** Time stamps of the last pictures, in the order of decoding. */
  private readonly recent: number[] = [];

  constructor(private readonly units: UnitScanner) {}

  read(packet: Buffer): TransportLoss | null {
    if (packet.length < PACKET_BYTES) {
      this.cut = true;
      return null;
    }
    const starts = (packet[1]! & 0x40) !== 0;
    const hasPayload = (packet[3]! & 0x10) !== 0;
    const adaptation = (packet[3]! & 0x20) !== 0 ? packet[4]! + 1 : 0;
    const payload = packet.subarray(4 + adaptation);
    if (!hasPayload || payload.length === 0) return null;
    const counter = packet[3]! & 15;
    // A leap that is announced by the discontinuity flag is none.
    const announced = adaptation > 1 && (packet[5]! & 0x80) !== 0;
    const leapt = this.counter !== null && counter !== ((this.counter + 1) & 15) && !announced;
    this.counter = counter;
    const broken = (packet[1]! & 0x80) !== 0;
    if (broken) return { kind: 'hole', pts: this.picture?.pts ?? null };
    const padded = isPadded(packet, adaptation);
    if (!starts) return this.picture && this.goOn(this.picture, { payload, padded, leapt });
    const before = this.picture;
    this.picture = readPes(payload, padded);
    this.remember(this.picture.pts);
    this.units.skip();
    this.readUnits(this.picture, payload);
    if (!before) return null;
    if (before.doubtful || (leapt && !isComplete(before))) return { kind: 'hole', pts: before.pts };
    return this.compareTimes(before, this.picture, leapt);
  }

  private goOn(
    picture: Picture,
    { payload, padded, leapt }: { payload: Buffer; padded: boolean; leapt: boolean },
  ): TransportLoss | null {
    if (picture.missing !== null) picture.missing -= payload.length;
    picture.padded = padded;
    if (leapt) {
      // With a length that is announced the bytes that are missing are known to be.
      if (picture.unit !== 'supplement' || picture.missing !== null) return { kind: 'hole', pts: picture.pts };
      picture.doubtful = true;
      this.units.skip();
    }
    const [next] = this.readUnits(picture, payload);
    if (!picture.doubtful || next === undefined) return null;
    picture.doubtful = false;
    return next === 'first-slice' ? null : { kind: 'hole', pts: picture.pts };
  }

  /** Until a picture's own data begin. */
  private readUnits(picture: Picture, payload: Buffer): UnitKind[] {
    if (picture.unit === 'first-slice') return [];
    const units = this.units.read(payload);
    picture.unit = units.includes('first-slice') ? 'first-slice' : (units.at(-1) ?? picture.unit);
    return units;
  }

  end(): TransportLoss | null {
    const last = this.picture;
    if (last?.doubtful) return { kind: 'hole', pts: last.pts };
    if (last && (this.cut || !isComplete(last))) return { kind: 'cut', pts: last.pts };
    const gap = this.gapAtEnd();
    return gap === null ? null : { kind: 'cut', pts: gap };
  }

  private remember(pts: number | null): void {
    const last = this.recent.at(-1);
    if (pts === null) return;
    // The clock has started again, or wrapped: what was before cannot be compared.
    if (last !== undefined && Math.abs(pts - last) > LONGEST_HOLE) this.recent.length = 0;
    this.recent.push(pts);
    if (this.recent.length > RECENT_PICTURES) this.recent.shift();
  }

  /**
   * Where the last pictures, in the order in which they are shown, leave a gap: a picture that others refer to is stored
   * before those that are shown before it, and the file ends between them.
   */
  private gapAtEnd(): number | null {
    const shown = this.recent.toSorted((a, b) => a - b);
    const gaps = shown.slice(1).map((pts, index) => pts - shown[index]!);
    const late = Math.max(0, gaps.length - PICTURES_HELD);
    const usual = Math.max(this.step ?? 0, ...gaps.slice(0, late));
    const gap = gaps.findIndex((ticks, index) => index >= late && ticks > 1.75 * usual);
    return gap < 0 || usual === 0 ? null : shown[gap]!;
  }

  /** Whether pictures are missing between two that follow each other: only a leap of the counter makes a wide step one. */
  private compareTimes(before: Picture, next: Picture, leapt: boolean): TransportLoss | null {
    if (before.dts === null || next.dts === null) return null;
    const step = (next.dts - before.dts + CLOCK_BITS) % CLOCK_BITS;
    if (leapt && this.step !== null && step > 1.5 * this.step && step < LONGEST_HOLE)
      return { kind: 'hole', pts: before.pts };
    if (!leapt && step > 0 && step < LONGEST_HOLE) this.step = step;
    return null;
  }
}

function isComplete({ missing, padded }: Picture): boolean {
  return missing === null ? padded : missing <= 0;
}

/** Whether the adaptation field is longer than what it says it holds (ISO/IEC 13818-1, 2.4.3.4). */
function isPadded(packet: Buffer, adaptation: number): boolean {
  if (adaptation < 2) return adaptation === 1;
  const flags = packet[5]!;
  let needed = 2 + ((flags >> 4) & 1) * 6 + ((flags >> 3) & 1) * 6 + ((flags >> 2) & 1);
  if (flags & 2) needed += 1 + (packet[4 + needed] ?? 0);
  if (flags & 1) needed += 1 + (packet[4 + needed] ?? 0);
  return adaptation > needed;
}

/** Reads the header of a PES packet (ISO/IEC 13818-1, 2.4.3.6). */
function readPes(payload: Buffer, padded: boolean): Picture {
  const picture: Picture = { pts: null, dts: null, missing: null, padded, unit: null, doubtful: false };
  if (payload.length < 14 || payload.readUIntBE(0, 3) !== 1) return picture;
  const announced = payload.readUInt16BE(4);
  if (announced > 0) picture.missing = announced + 6 - payload.length;
  const flags = payload[7]! >> 6;
  if (flags >= 2) picture.pts = picture.dts = readClock(payload, 9);
  if (flags === 3 && payload.length >= 19) picture.dts = readClock(payload, 14);
  return picture;
}

/** 33 bits in five bytes, with marker bits between them. */
function readClock(bytes: Buffer, at: number): number {
  return (
    ((bytes[at]! >> 1) & 7) * 2 ** 30 + (bytes.readUInt16BE(at + 1) >> 1) * 2 ** 15 + (bytes.readUInt16BE(at + 3) >> 1)
  );
}
