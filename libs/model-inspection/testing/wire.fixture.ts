/** Protobuf by hand, for files that no writer of ours would write. */

/** A varint of any size; negative numbers take ten bytes. */
export function varint(value: number | bigint): Buffer {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** A field that holds a number. */
export function numberField(field: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** A field that holds bytes, text or a message; `claim` states another length than there is. */
export function bytesField(field: number, content: Uint8Array | string, claim?: number): Buffer {
  const bytes = Buffer.from(content as Uint8Array);
  return Buffer.concat([varint(field * 8 + 2), varint(claim ?? bytes.length), bytes]);
}

/** A group in a group in a group, `depth` deep. */
export function nestedGroups(field: number, depth: number): Buffer {
  const [start, end] = [varint(field * 8 + 3), varint(field * 8 + 4)];
  return Buffer.concat([...Array<Buffer>(depth).fill(start), ...Array<Buffer>(depth).fill(end)]);
}

/** A `NodeProto` with what the writer of the encoder lib leaves out. */
export function nodeBytes(opType: string, input: string[], output: string[], rest: Buffer[] = []): Buffer {
  return Buffer.concat([
    ...input.map((name) => bytesField(1, name)),
    ...output.map((name) => bytesField(2, name)),
    bytesField(4, opType),
    ...rest,
  ]);
}

/** A `ModelProto` of IR 8, operator set 17, with the given content of its graph. */
export function modelBytes(graph: Buffer[], rest: Buffer[] = []): Buffer {
  const opset = bytesField(8, numberField(2, 17));
  return Buffer.concat([numberField(1, 8), opset, ...rest, bytesField(7, Buffer.concat(graph))]);
}
