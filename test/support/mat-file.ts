/** A MAT file of version 5 with one matrix of doubles, whose first dimension goes fastest. */
export function matFile(name: string, dimensions: number[], values: number[]): Buffer {
  const header = Buffer.alloc(128, ' ');
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126, 'latin1');
  const doubleClass = 6;
  const flags = int32(6, [doubleClass, 0]);
  const text = element(1, Buffer.from(name, 'latin1'));
  const matrix = Buffer.concat([
    flags,
    int32(5, dimensions),
    text,
    element(9, Buffer.from(Float64Array.from(values).buffer)),
  ]);
  return Buffer.concat([header, element(14, matrix)]);
}

const int32 = (type: number, values: number[]): Buffer => element(type, Buffer.from(Int32Array.from(values).buffer));

/** A type, a length, and data padded to eight bytes. */
function element(type: number, data: Buffer): Buffer {
  const tag = Buffer.alloc(8);
  tag.writeUInt32LE(type, 0);
  tag.writeUInt32LE(data.length, 4);
  return Buffer.concat([tag, data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
}
