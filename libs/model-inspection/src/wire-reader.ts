import { CodedError } from '@propago/contracts';
import { readSync } from 'node:fs';

const WINDOW = 64 * 1024;
/** What is read where something was skipped: most often one field, then the next is skipped too. */
const FIRST_WINDOW = 4 * 1024;
/** Bytes fetched for each byte that may be looked at: more is a file of nothing but gaps. */
const FETCH_FACTOR = 8;
/** Bits of a varint that are read without a bigint: four bytes of it. */
const SMALL_BITS = 28;

/**
 * Reads a protobuf file piece by piece through one window of 64 KiB. No length in the file is trusted: nothing is allocated
 * by one, none may reach past the end of what it lies in, and what is skipped is never read.
 */
export class WireReader {
  /** Offset of the next byte in the file. */
  position = 0;
  /** Bytes looked at so far, and bytes read for it. */
  private read = 0;
  private fetched = 0;
  private readonly window = Buffer.allocUnsafeSlow(WINDOW);
  private windowStart = 0;
  private windowEnd = 0;

  /**
   * @param fd open for reading
   * @param size of the file, bytes
   * @param limits `maxBytes`: a length above it is a claim, not a mistake; `maxStructureBytes`: read at most this
   */
  constructor(
    private readonly fd: number,
    readonly size: number,
    private readonly limits: { maxBytes: number; maxStructureBytes: number },
  ) {}

  /** An unsigned number of at most 32 bits, as tags and lengths are. @throws CodedError */
  uint32(end: number, what: string): number {
    const value = this.varint(end, what);
    if (value > 0xffff_ffff) throw malformed(what, this.position, 'a number has more than 32 bits');
    return Number(value);
  }

  /** An int64; values beyond 2^53 lose their last digits, which no accepted value has. @throws CodedError */
  int64(end: number, what: string): number {
    const value = this.varint(end, what);
    return typeof value === 'number' ? value : Number(BigInt.asIntN(64, value));
  }

  /**
   * The end of a length-delimited field that starts here.
   * @throws CodedError MODEL_LENGTH_CLAIM, MODEL_TRUNCATED or MODEL_MALFORMED if it cannot be as long as it says
   */
  lengthEnd(end: number, what: string): number {
    const length = Number(this.varint(end, what));
    if (length > this.limits.maxBytes) {
      throw new CodedError('MODEL_LENGTH_CLAIM', `${what} at byte ${this.position} claims ${length} bytes.`);
    }
    const to = this.position + length;
    if (to > this.size) {
      throw new CodedError(
        'MODEL_TRUNCATED',
        `${what} at byte ${this.position} is ${length} bytes long, but the file ends ${to - this.size} bytes earlier.`,
      );
    }
    if (to > end) throw malformed(what, this.position, 'it is longer than what it lies in');
    return to;
  }

  /** A copy of the next bytes. The caller bounds `length`. @throws CodedError */
  bytes(length: number, end: number, what: string): Buffer {
    this.require(length, end, what);
    const copy = Buffer.allocUnsafeSlow(length);
    for (let at = 0; at < length;) {
      this.fill();
      const part = Math.min(length - at, this.windowEnd - this.position);
      this.window.copy(copy, at, this.position - this.windowStart, this.position - this.windowStart + part);
      at += part;
      this.position += part;
      this.count(part);
    }
    return copy;
  }

  /** Leaves the next bytes unread. @throws CodedError */
  skip(length: number, end: number, what: string): void {
    this.require(length, end, what);
    this.position += length;
  }

  /** An unsigned number; a bigint only where it needs more bits than a small integer has. */
  private varint(end: number, what: string): number | bigint {
    let low = 0;
    for (let shift = 0; shift < SMALL_BITS; shift += 7) {
      const byte = this.byte(end, what);
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return low;
    }
    let value = BigInt(low);
    for (let shift = SMALL_BITS; shift < 70; shift += 7) {
      const byte = this.byte(end, what);
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed(what, this.position, 'a number has more than ten bytes');
  }

  private byte(end: number, what: string): number {
    if (this.position >= end) throw this.endsEarly(what);
    this.fill();
    this.count(1);
    return this.window[this.position++ - this.windowStart];
  }

  /** Makes the window hold the byte at `position`, which lies inside the file. */
  private fill(): void {
    if (this.position >= this.windowStart && this.position < this.windowEnd) return;
    const wanted = this.position === this.windowEnd ? WINDOW : FIRST_WINDOW;
    this.windowStart = this.position;
    this.windowEnd = this.position + readSync(this.fd, this.window, 0, wanted, this.position);
    this.fetched += wanted;
    if (this.fetched > FETCH_FACTOR * this.limits.maxStructureBytes + WINDOW) throw this.tooComplex();
    if (this.windowEnd === this.windowStart) {
      throw new CodedError('MODEL_TRUNCATED', `The file has shrunk while it was read, at byte ${this.position}.`);
    }
  }

  private count(bytes: number): void {
    this.read += bytes;
    if (this.read > this.limits.maxStructureBytes) throw this.tooComplex();
  }

  private tooComplex(): CodedError {
    return new CodedError(
      'MODEL_TOO_COMPLEX',
      `The structure of the model, without its weights, takes more than ${this.limits.maxStructureBytes} bytes.`,
    );
  }

  private require(length: number, end: number, what: string): void {
    if (this.position + length > end) throw this.endsEarly(what);
  }

  private endsEarly(what: string): CodedError {
    if (this.position >= this.size) {
      return new CodedError('MODEL_TRUNCATED', `The file ends in the middle of ${what}, at byte ${this.position}.`);
    }
    return malformed(what, this.position, 'it ends in the middle of a field');
  }
}

export function malformed(what: string, position: number, why: string): CodedError {
  return new CodedError('MODEL_MALFORMED', `${what} is malformed at byte ${position}: ${why}.`);
}
