/** Of a picture's units only what tells whether bytes of the picture itself may be missing between two of them. */
export type UnitKind = 'supplement' | 'first-slice' | 'other';

const START_CODE = Buffer.from([0, 0, 1]);

interface Syntax {
  /** Bytes after the start code that `kindOf` looks at. */
  needed: number;
  kindOf: (bytes: Buffer, at: number) => UnitKind;
}

/** ITU-T H.264, 7.3.1 and 7.3.3; ITU-T H.265, 7.3.1.2 and 7.3.6.1: a slice that begins a picture says so in its first bit. */
const SYNTAX: Readonly<Record<string, Syntax>> = {
  h264: {
    needed: 2,
    kindOf: (bytes, at) => {
      const type = bytes[at]! & 31;
      if (type === 6) return 'supplement';
      return (type === 1 || type === 5) && bytes[at + 1]! >= 128 ? 'first-slice' : 'other';
    },
  },
  hevc: {
    needed: 3,
    kindOf: (bytes, at) => {
      const type = (bytes[at]! >> 1) & 63;
      if (type === 39) return 'supplement';
      return type < 32 && bytes[at + 2]! >= 128 ? 'first-slice' : 'other';
    },
  },
};

/** Finds the units of one picture that begin in bytes which arrive in pieces. Of codecs that it does not know it finds none. */
export class UnitScanner {
  private readonly syntax: Syntax | undefined;
  private tail: Buffer = Buffer.alloc(0);

  constructor(codec: string) {
    this.syntax = SYNTAX[codec];
  }

  /** What begins in the next bytes; a unit counts with the piece that shows its kind. */
  read(piece: Buffer): UnitKind[] {
    if (!this.syntax) return [];
    const { needed, kindOf } = this.syntax;
    const bytes = Buffer.concat([this.tail, piece]);
    const kinds: UnitKind[] = [];
    for (let at = bytes.indexOf(START_CODE); at >= 0; at = bytes.indexOf(START_CODE, at + 3)) {
      if (at + 3 + needed > bytes.length) break;
      kinds.push(kindOf(bytes, at + 3));
    }
    // What could be the beginning of a unit whose kind shows in the next piece only.
    this.tail = Buffer.from(bytes.subarray(Math.max(0, bytes.length - needed - 2)));
    return kinds;
  }

  /** The next bytes do not follow those before. */
  skip(): void {
    this.tail = Buffer.alloc(0);
  }
}
