import { CodedError, ErrorCode } from '@propago/contracts';
import { malformed, WireReader } from './wire-reader';

/** Protobuf's wire types; groups are the old way of nesting. */
const WIRE = { varint: 0, fixed64: 1, delimited: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

/** How one field of a message is read. */
export interface Field {
  /** The wire type of one value. */
  wire: number;
  /** Whether the field may occur more than once; numbers may then be packed as well. */
  repeated: boolean;
  /** Reads one value, which ends at `end` at the latest, or exactly there when it is length-delimited. */
  read(end: number): void;
  /** For packed numbers of fixed width: how many are read before the rest is only counted. */
  bulk?: { width: number; readFirst: number; skipped(count: number): void };
}

/** Fields by their number. */
export type Fields = Readonly<Record<number, Field>>;

/**
 * Reads the fields of one message up to `end`. Fields that are not listed are skipped unread. A field that may occur once and
 * occurs twice is refused, because readers differ in what they make of it: a merge, or the last one.
 * @param what the message, for error messages
 * @throws CodedError MODEL_NESTING for groups, MODEL_MALFORMED, MODEL_TRUNCATED, or what a field's reader throws
 */
export function readMessage(reader: WireReader, end: number, what: string, fields: Fields): void {
  const seen = new Set<number>();
  while (reader.position < end) {
    const tag = reader.uint32(end, what);
    const number = tag >>> 3;
    const wire = tag & 7;
    if (number === 0 || wire > WIRE.fixed32) throw malformed(what, reader.position, `${tag} is no field`);
    if (wire === WIRE.groupStart || wire === WIRE.groupEnd) {
      throw new CodedError('MODEL_NESTING', `${what} has a protobuf group at byte ${reader.position}.`);
    }
    const field = fields[number];
    if (!field) {
      skipValue(reader, wire, end, what);
      continue;
    }
    if (!field.repeated && seen.has(number)) throw malformed(what, reader.position, `field ${number} occurs twice`);
    seen.add(number);
    readField(reader, field, { wire, end, what });
  }
}

function readField(reader: WireReader, field: Field, at: { wire: number; end: number; what: string }): void {
  const { wire, end, what } = at;
  if (wire === WIRE.delimited) {
    const to = reader.lengthEnd(end, what);
    if (field.wire === WIRE.delimited) field.read(to);
    else if (field.repeated) readPacked(reader, field, to, what);
    else throw malformed(what, reader.position, 'a single number is packed');
    if (reader.position !== to) throw malformed(what, reader.position, 'a field ends elsewhere than it says');
    return;
  }
  if (wire !== field.wire) throw malformed(what, reader.position, 'a field has another type than ONNX gives it');
  field.read(end);
}

function readPacked(reader: WireReader, field: Field, to: number, what: string): void {
  const { bulk } = field;
  for (let i = 0; reader.position < to && i !== bulk?.readFirst; i++) field.read(to);
  const rest = to - reader.position;
  if (rest === 0 || !bulk) return;
  if (rest % bulk.width !== 0) throw malformed(what, reader.position, 'packed numbers end in the middle of one');
  bulk.skipped(rest / bulk.width);
  reader.skip(rest, to, what);
}

function skipValue(reader: WireReader, wire: number, end: number, what: string): void {
  if (wire === WIRE.varint) reader.int64(end, what);
  else if (wire === WIRE.fixed64) reader.skip(8, end, what);
  else if (wire === WIRE.fixed32) reader.skip(4, end, what);
  else reader.skip(reader.lengthEnd(end, what) - reader.position, end, what);
}

/** Takes the numbers of a payload. */
export interface PayloadValues {
  /** How many are of interest. */
  kept: number;
  take(value: number): void;
  skipped(count: number): void;
}

/** Fields of one message, read by one reader under one set of limits. */
export class FieldReaders {
  constructor(
    private readonly reader: WireReader,
    private readonly maxNameBytes: number,
    private readonly what: string,
  ) {}

  int(take: (value: number) => void): Field {
    return { wire: WIRE.varint, repeated: false, read: (end) => take(this.reader.int64(end, this.what)) };
  }

  ints(take: (value: number) => void): Field {
    return { ...this.int(take), repeated: true };
  }

  float(take: (value: number) => void): Field {
    const read = (end: number) => take(this.reader.bytes(4, end, this.what).readFloatLE());
    return { wire: WIRE.fixed32, repeated: false, read };
  }

  floats(take: (value: number) => void): Field {
    return { ...this.float(take), repeated: true };
  }

  /** Numbers of which only the first `readFirst` matter; of the rest, when packed, only how many there are. */
  payload(kind: 'floats' | 'doubles', values: PayloadValues): Field {
    const take = (value: number): void => values.take(value);
    const width = kind === 'floats' ? 4 : 8;
    const bulk = { width, readFirst: values.kept, skipped: (count: number) => values.skipped(count) };
    if (kind === 'floats') return { ...this.floats(take), bulk };
    const read = (end: number) => take(this.reader.bytes(8, end, this.what).readDoubleLE());
    return { wire: WIRE.fixed64, repeated: true, read, bulk };
  }

  /** UTF-8 text of at most `maxBytes`. */
  text(take: (value: string) => void, maxBytes = this.maxNameBytes): Field {
    return { wire: WIRE.delimited, repeated: false, read: (end) => take(this.textUpTo(end, maxBytes)) };
  }

  texts(take: (value: string) => void): Field {
    return { ...this.text(take), repeated: true };
  }

  /** A message, or bytes whose reader takes or skips all of them. */
  inner(read: (end: number) => void): Field {
    return { wire: WIRE.delimited, repeated: false, read };
  }

  inners(read: (end: number) => void): Field {
    return { wire: WIRE.delimited, repeated: true, read };
  }

  /** A field that no accepted model has. */
  refused(code: ErrorCode, message: () => string): Field {
    const read = (): void => {
      throw new CodedError(code, message());
    };
    return { wire: WIRE.delimited, repeated: true, read };
  }

  private textUpTo(end: number, maxBytes: number): string {
    const length = end - this.reader.position;
    if (length > maxBytes) {
      throw new CodedError(
        'MODEL_NAME_INVALID',
        `${this.what} has a text of ${length} bytes at byte ${this.reader.position}; ${maxBytes} are accepted.`,
      );
    }
    const bytes = this.reader.bytes(length, end, this.what);
    const refuse = (fault: string): never => {
      const shown = JSON.stringify(bytes.toString('latin1').slice(0, 80));
      throw new CodedError('MODEL_NAME_INVALID', `${this.what} has a name ${fault}: ${shown}.`);
    };
    // The database takes no text with NUL, and refusals quote names.
    if (bytes.includes(0)) refuse('with a NUL character');
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      return refuse('that is not UTF-8');
    }
  }
}
