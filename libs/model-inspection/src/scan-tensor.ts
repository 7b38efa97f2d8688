import { CodedError } from '@propago/contracts';
import { InspectionLimits } from './inspection-limits';
import { FieldReaders, PayloadValues, readMessage } from './message-fields';
import { ScannedTensor } from './scanned-model';
import { WireReader } from './wire-reader';

/** Element types of `TensorProto.DataType` that encoders need: bytes per element in `raw_data` and how it is read there. */
const ELEMENT: Readonly<
  Record<number, { name: string; bytes: number; at?: (data: Buffer, offset: number) => number }>
> = {
  1: { name: 'float32', bytes: 4, at: (data, offset) => data.readFloatLE(offset) },
  2: { name: 'uint8', bytes: 1, at: (data, offset) => data.readUInt8(offset) },
  3: { name: 'int8', bytes: 1, at: (data, offset) => data.readInt8(offset) },
  6: { name: 'int32', bytes: 4, at: (data, offset) => data.readInt32LE(offset) },
  7: { name: 'int64', bytes: 8, at: (data, offset) => Number(data.readBigInt64LE(offset)) },
  9: { name: 'bool', bytes: 1, at: (data, offset) => data.readUInt8(offset) },
  10: { name: 'float16', bytes: 2 },
  11: { name: 'float64', bytes: 8, at: (data, offset) => data.readDoubleLE(offset) },
};
export const FLOAT32 = 1;

/** Shapes, axes and factors are never longer. */
const MAX_KEPT_VALUES = 256;
const MAX_RANK = 16;

/** The name of an element type, for messages. */
export function elementTypeName(type: number | undefined): string {
  return type === undefined ? 'no type' : (ELEMENT[type]?.name ?? `type ${type}`);
}

/**
 * Reads a `TensorProto` and proves that its payload is exactly as large as its shape says.
 * @param owner what the tensor belongs to, for messages
 * @throws CodedError MODEL_EXTERNAL_DATA, MODEL_TENSOR_TYPE, MODEL_TENSOR_SIZE, or as the reader does
 */
export function scanTensor(reader: WireReader, end: number, owner: string, limits: InspectionLimits): ScannedTensor {
  let name = '';
  let type = 0;
  let location = 0;
  let raw: { start: number; end: number } | undefined;
  const dims: number[] = [];
  const typed = new TypedValues();
  const label = () => `${owner} ${JSON.stringify(name)}`;
  const fields = new FieldReaders(reader, limits.maxNameBytes, owner);
  const elsewhere = () => `${label()} keeps its values outside the file; export the model without external data.`;
  readMessage(reader, end, owner, {
    1: fields.ints((dim) => {
      if (dims.push(dim) > MAX_RANK)
        throw new CodedError('MODEL_TENSOR_SIZE', `${label()} has more than ${MAX_RANK} axes.`);
    }),
    2: fields.int((value) => (type = value)),
    3: fields.refused('MODEL_TENSOR_TYPE', () => `${label()} is a segment of a tensor.`),
    4: fields.payload('floats', typed),
    5: fields.ints((value) => typed.take(value)),
    6: fields.refused('MODEL_TENSOR_TYPE', () => `${label()} is made of strings.`),
    7: fields.ints((value) => typed.take(value)),
    8: fields.text((value) => (name = value)),
    9: fields.inner((to) => {
      raw = { start: reader.position, end: to };
      reader.skip(to - reader.position, to, owner);
    }),
    10: fields.payload('doubles', typed),
    11: fields.ints((value) => typed.take(value)),
    13: fields.refused('MODEL_EXTERNAL_DATA', elsewhere),
    14: fields.int((value) => (location = value)),
  });
  if (location !== 0) throw new CodedError('MODEL_EXTERNAL_DATA', elsewhere());
  const element = ELEMENT[type];
  if (!element) throw new CodedError('MODEL_TENSOR_TYPE', `${label()} has ${elementTypeName(type)} elements.`);
  if (raw && typed.count > 0) throw new CodedError('MODEL_TENSOR_SIZE', `${label()} has its values twice.`);
  const elements = dims.reduce((product, dim) => product * dim, 1);
  const stored = raw ? (raw.end - raw.start) / element.bytes : typed.count;
  if (dims.some((dim) => dim < 0) || elements !== stored) {
    throw new CodedError(
      'MODEL_TENSOR_SIZE',
      `${label()} says it is ${element.name} [${dims.join(', ')}], but ${stored} values are stored.`,
    );
  }
  const values = raw ? rawValues(reader, raw, element) : typed.all;
  return { name, dims, type, elements, bytes: elements * element.bytes, values };
}

/** Counts typed values and keeps the first few. */
class TypedValues implements PayloadValues {
  readonly kept = MAX_KEPT_VALUES;
  count = 0;
  private readonly first: number[] = [];

  take(value: number): void {
    if (this.count++ < this.kept) this.first.push(value);
  }

  skipped(count: number): void {
    this.count += count;
  }

  /** All values, where they are few. */
  get all(): number[] | undefined {
    return this.count <= this.kept ? this.first : undefined;
  }
}

function rawValues(
  reader: WireReader,
  raw: { start: number; end: number },
  { bytes, at }: (typeof ELEMENT)[number],
): number[] | undefined {
  const count = (raw.end - raw.start) / bytes;
  if (!at || count > MAX_KEPT_VALUES) return undefined;
  const back = reader.position;
  reader.position = raw.start;
  const data = reader.bytes(raw.end - raw.start, raw.end, 'a tensor');
  reader.position = back;
  return Array.from({ length: count }, (_, i) => at(data, i * bytes));
}
