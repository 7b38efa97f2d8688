import type { ErrorCode } from '@propago/contracts';
import { OnnxModel, OnnxNode, OnnxTensor, writeOnnxModel } from '@propago/encoder';
import { link, mkdir, open, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  floatTensor,
  floatValue,
  int64Tensor,
  onnxNode,
  smallModel,
  smallModelBytes,
  withConstantNode,
} from './models.fixture';
import { bytesField, modelBytes, nestedGroups, nodeBytes, numberField } from './wire.fixture';

/** A file that must be refused before anything loads it, and with which code. */
export interface BadModel {
  name: string;
  code: ErrorCode;
  /** What the message must say. */
  says: RegExp;
  /** Writes it into an empty folder and returns its path. */
  write(folder: string): Promise<string>;
}

const GIB = 2 ** 30;
const FLOAT16 = 10;
const STRING = 8;

function bad(code: ErrorCode, name: string, says: RegExp, bytes: () => Uint8Array): BadModel {
  const write = async (folder: string): Promise<string> => {
    const file = path.join(folder, 'model.onnx');
    await writeFile(file, bytes());
    return file;
  };
  return { code, name, says, write };
}

/** A good small model after a change of its structure. */
function changed(change: (model: OnnxModel) => void): () => Uint8Array {
  return () => {
    const model = smallModel();
    change(model);
    return writeOnnxModel(model);
  };
}

const added = (node: OnnxNode): (() => Uint8Array) => changed(({ graph }) => graph.node?.unshift(node));
const weight = (tensor: OnnxTensor): (() => Uint8Array) => changed(({ graph }) => graph.initializer?.push(tensor));
const body = { name: 'body', node: [onnxNode('Identity', ['x'], 'y')] };
const filled = (dims: number[]): Buffer =>
  withConstantNode(onnxNode('ConstantOfShape', ['dims'], 'big'), [ints('dims', dims)]);
const ints = (name: string, values: number[]): OnnxTensor => int64Tensor(name, [values.length], values);
const scalar = (name: string, value: number): OnnxTensor => int64Tensor(name, [], [value]);
const pixel = floatTensor('pixel', [1, 1], [1]);

const files: BadModel[] = [
  bad('MODEL_NOT_ONNX', 'an empty file', /empty/, () => Buffer.alloc(0)),
  bad('MODEL_NOT_ONNX', 'a picture', /begins with byte 71/, () => Buffer.from('GIF89a')),
  bad('MODEL_NOT_ONNX', 'a zip, as PyTorch checkpoints are', /begins with byte 80/, () =>
    Buffer.from('PK\x03\x04archive/data.pkl'),
  ),
  bad('MODEL_TRUNCATED', 'a truncated model', /file ends/, () => smallModelBytes().subarray(0, 700)),
  bad('MODEL_MALFORMED', 'zeros after the right first bytes', /0 is no field/, () =>
    Buffer.concat([numberField(1, 8), Buffer.alloc(999)]),
  ),
  bad('MODEL_MALFORMED', 'a second graph, which readers would merge', /occurs twice/, () =>
    Buffer.concat([smallModelBytes(), bytesField(7, Buffer.alloc(0))]),
  ),
  bad('MODEL_LENGTH_CLAIM', 'a graph that claims 3 GB', /claims 3221225472 bytes/, () =>
    Buffer.concat([numberField(1, 8), bytesField(7, Buffer.alloc(9), 3 * GIB)]),
  ),
  bad('MODEL_NESTING', 'groups in groups', /group/, () =>
    Buffer.concat([smallModelBytes(), nestedGroups(99, 100_000)]),
  ),
  bad('MODEL_NAME_INVALID', 'a name that is not UTF-8', /not UTF-8/, () =>
    modelBytes([bytesField(1, nodeBytes('Relu', ['image'], ['features'], [bytesField(3, Buffer.from([0xc3, 0x28]))]))]),
  ),
  bad(
    'MODEL_NAME_INVALID',
    'a name with a NUL character',
    /NUL character: "fea\\u0000tures"/,
    added(onnxNode('Relu', ['image'], 'fea\0tures')),
  ),
  bad(
    'MODEL_NAME_INVALID',
    'a name of a megabyte',
    /1048576 bytes/,
    added(onnxNode('Relu', ['image'], 'x'.repeat(2 ** 20))),
  ),
];

const structure: BadModel[] = [
  bad('MODEL_IR_VERSION', 'a format of 2017', /format version 3/, () => smallModelBytes({ irVersion: 3 })),
  bad('MODEL_OPSET', 'an operator set that is too new', /operator set 99/, () => smallModelBytes({ opset: 99 })),
  bad('MODEL_OPSET', 'an operator set that is too old', /operator set 9;/, () => smallModelBytes({ opset: 9 })),
  bad(
    'MODEL_OPSET',
    'no operator set',
    /operator set none/,
    changed((model) => (model.opsetImport = [])),
  ),
  bad(
    'MODEL_DOMAIN',
    'an import of a custom domain',
    /"com.evil"/,
    changed((model) => model.opsetImport.push({ domain: 'com.evil', version: 1 })),
  ),
  bad('MODEL_DOMAIN', 'a node of a custom domain', /Relu node "features" is of the domain "com.microsoft"/, () =>
    modelBytes([bytesField(1, nodeBytes('Relu', ['image'], ['features'], [bytesField(7, 'com.microsoft')]))]),
  ),
  bad('MODEL_OPERATOR', 'an operator of its own', /Backdoor node "x"/, added(onnxNode('Backdoor', ['image'], 'x'))),
  bad(
    'MODEL_OPERATOR',
    'random numbers',
    /RandomNormalLike node "x"/,
    added(onnxNode('RandomNormalLike', ['image'], 'x')),
  ),
  bad(
    'MODEL_CONTROL_FLOW',
    'a Loop',
    /Loop node "x", attribute "body", holds a graph/,
    added({
      ...onnxNode('Loop', ['image'], 'x'),
      attribute: [{ name: 'body', type: 5, g: body }],
    }),
  ),
  bad(
    'MODEL_CONTROL_FLOW',
    'an If',
    /holds a graph/,
    added({
      ...onnxNode('If', ['image'], 'x'),
      attribute: [{ name: 'then_branch', type: 5, g: body }],
    }),
  ),
  bad(
    'MODEL_CONTROL_FLOW',
    'an operator with graphs',
    /holds a graph/,
    added({
      ...onnxNode('Relu', ['image'], 'x'),
      attribute: [{ name: 'graphs', type: 10, graphs: [body] }],
    }),
  ),
  bad(
    'MODEL_CONTROL_FLOW',
    'a Scan without a body',
    /Scan node "x" is control flow/,
    added(onnxNode('Scan', ['image'], 'x')),
  ),
  bad('MODEL_FUNCTIONS', 'a chain of 1,000 functions', /functions/, () =>
    Buffer.concat([smallModelBytes(), ...Array.from({ length: 1000 }, (_, i) => functionBytes(i))]),
  ),
  bad('MODEL_TRAINING', 'training information', /training/, () =>
    Buffer.concat([smallModelBytes(), bytesField(20, '')]),
  ),
  bad(
    'MODEL_EXTERNAL_DATA',
    'weights in another folder',
    /The weight "w" keeps its values outside|outside the file/,
    weight({
      ...floatTensor('w', [1], [1]),
      dataLocation: 1,
      externalData: [{ key: 'location', value: '../../../etc/passwd' }],
    }),
  ),
  bad(
    'MODEL_EXTERNAL_DATA',
    'weights outside without a place',
    /The weight "w" keeps its values outside/,
    weight({
      ...floatTensor('w', [1], [1]),
      dataLocation: 1,
    }),
  ),
  bad(
    'MODEL_EXTERNAL_DATA',
    'a constant in another file',
    /outside the file/,
    added({
      ...onnxNode('Constant', [], 'x'),
      attribute: [
        { name: 'value', type: 4, t: { dims: [1], dataType: 1, externalData: [{ key: 'location', value: 'x' }] } },
      ],
    }),
  ),
  bad(
    'MODEL_SPARSE',
    'a sparse weight',
    /sparse initialisers/,
    changed(
      ({ graph }) => (graph.sparseInitializer = [{ values: floatTensor('s', [1], [1]), indices: ints('i', [0]) }]),
    ),
  ),
  bad('MODEL_SPARSE', 'a sparse constant', /attribute "value", holds a sparse tensor/, () =>
    modelBytes([
      bytesField(
        1,
        nodeBytes('Constant', [], ['x'], [bytesField(5, Buffer.concat([bytesField(1, 'value'), bytesField(22, '')]))]),
      ),
    ]),
  ),
  bad('MODEL_TENSOR_TYPE', 'strings', /The weight "w" has type 8/, weight({ name: 'w', dims: [0], dataType: STRING })),
  bad(
    'MODEL_TENSOR_SIZE',
    'a weight that claims 3 GB',
    /\[805306368\], but 1 values are stored/,
    weight({
      ...floatTensor('w', [1], [1]),
      dims: [3 * (GIB / 4)],
    }),
  ),
  bad(
    'MODEL_TENSOR_SIZE',
    'a weight of negative size',
    /\[-1, -1\]/,
    weight({ ...floatTensor('w', [1], [1]), dims: [-1, -1] }),
  ),
  bad(
    'MODEL_TOO_MANY_NODES',
    'too many nodes',
    /more than 10000 nodes/,
    changed(({ graph }) => {
      for (let i = 0; i < 10_000; i++) graph.node?.push(onnxNode('Relu', ['features'], `n${i}`));
    }),
  ),
  bad(
    'MODEL_TOO_COMPLEX',
    'too many weights',
    /more than 10000 constants/,
    changed(({ graph }) => {
      for (let i = 0; i < 10_000; i++) graph.initializer?.push(scalar(`n${i}`, i));
    }),
  ),
  bad('MODEL_TOO_COMPLEX', 'a structure of 20 MB', /more than 8388608 bytes/, () =>
    Buffer.concat([smallModelBytes(), Buffer.alloc(20_000_000, numberField(50, 1))]),
  ),
  bad(
    'MODEL_ATTRIBUTE_TOO_LARGE',
    'an attribute of a million numbers',
    /attribute "pads", has more numbers/,
    added(onnxNode('Pad', ['image'], 'x', { pads: Array<number>(1_000_000).fill(1) })),
  ),
  bad(
    'MODEL_ATTRIBUTE_TOO_LARGE',
    'an attribute of a megabyte of text',
    /has 1048576 bytes/,
    added(onnxNode('Pad', ['image'], 'x', { mode: 'x'.repeat(2 ** 20) })),
  ),
  bad(
    'MODEL_ATTRIBUTE',
    'a list of tensors',
    /holds what no accepted operator takes/,
    added({
      ...onnxNode('Relu', ['image'], 'x'),
      attribute: [{ name: 'list', type: 9, tensors: [pixel] }],
    }),
  ),
  bad(
    'MODEL_GRAPH_INVALID',
    'a value that nothing gives',
    /reads "nothing"/,
    added(onnxNode('Relu', ['nothing'], 'x')),
  ),
  bad(
    'MODEL_GRAPH_INVALID',
    'a value with two sources',
    /gives "features", which is there/,
    added(onnxNode('Relu', ['image'], 'features')),
  ),
  bad(
    'MODEL_GRAPH_INVALID',
    'an output that nothing gives',
    /No node gives the output "other"/,
    changed(({ graph }) => (graph.output = [floatValue('other', ['batch', 4, 'rows', 'cols'])])),
  ),
];

const ports: BadModel[] = [
  bad(
    'MODEL_INPUT_COUNT',
    'two inputs',
    /2 inputs \("image", "prompt"\)/,
    changed(({ graph }) => graph.input?.push(floatValue('prompt', ['batch', 8]))),
  ),
  bad(
    'MODEL_INPUT_TYPE',
    'a float16 input',
    /"image", float16 \[batch, 3, height, width\]/,
    changed(({ graph }) => {
      graph.input![0].type!.tensorType!.elemType = FLOAT16;
    }),
  ),
  bad('MODEL_INPUT_SHAPE', 'an input of three axes', /"image", float32 \[3, height, width\]/, () =>
    smallModelBytes({ inputShape: [3, 'height', 'width'] }),
  ),
  bad('MODEL_INPUT_SHAPE', 'an input of fixed size', /\[batch, 3, 224, 224\]/, () =>
    smallModelBytes({ inputShape: ['batch', 3, 224, 224] }),
  ),
  bad('MODEL_INPUT_SHAPE', 'an input of one channel', /\[batch, 1, height, width\]/, () =>
    smallModelBytes({ inputShape: ['batch', 1, 'height', 'width'] }),
  ),
  bad(
    'MODEL_OUTPUT_COUNT',
    'two outputs',
    /2 outputs \("features", "image"\)/,
    changed(({ graph }) => graph.output?.push(floatValue('image', ['batch', 3, 'height', 'width']))),
  ),
  bad(
    'MODEL_OUTPUT_TYPE',
    'a float16 output',
    /"features", float16/,
    changed(({ graph }) => {
      graph.output![0].type!.tensorType!.elemType = FLOAT16;
    }),
  ),
  bad('MODEL_OUTPUT_SHAPE', 'an output of two axes', /"features", float32 \[batch, classes\]/, () =>
    smallModelBytes({ outputShape: ['batch', 'classes'] }),
  ),
];

const bombs: BadModel[] = [
  bad('MODEL_SHAPE_BOMB', 'a ConstantOfShape of 582 MB', /ConstantOfShape node "big" asks for 145500000/, () =>
    filled([145_500_000]),
  ),
  bad('MODEL_SHAPE_BOMB', 'a ConstantOfShape whose product overflows', /asks for/, () =>
    filled([2 ** 40, 2 ** 40, 2 ** 40]),
  ),
  bad('MODEL_SHAPE_BOMB', 'a product of constants as shape', /asks for 1000000000000/, () =>
    withConstantNode(
      onnxNode('ConstantOfShape', ['dims'], 'big'),
      [ints('side', [1_000_000])],
      [onnxNode('Mul', ['side', 'side'], 'dims')],
    ),
  ),
  bad('MODEL_SHAPE_BOMB', "a shape that is partly the image's", /asks for/, () =>
    withConstantNode(
      onnxNode('Expand', ['pixel', 'dims'], 'big'),
      [pixel, ints('side', [1_000_000_000])],
      [onnxNode('Shape', ['image'], 'size'), onnxNode('Concat', ['size', 'side'], 'dims', { axis: 0 })],
    ),
  ),
  bad('MODEL_SHAPE_BOMB', 'an Expand', /Expand node "big"/, () =>
    withConstantNode(onnxNode('Expand', ['pixel', 'dims'], 'big'), [pixel, ints('dims', [30_000, 30_000])]),
  ),
  bad('MODEL_SHAPE_BOMB', 'a Tile', /Tile node "big"/, () =>
    withConstantNode(onnxNode('Tile', ['pixel', 'dims'], 'big'), [pixel, ints('dims', [30_000, 30_000])]),
  ),
  bad('MODEL_SHAPE_BOMB', 'a Range', /Range node "big"/, () =>
    withConstantNode(onnxNode('Range', ['from', 'to', 'step'], 'big'), [
      scalar('from', 0),
      scalar('to', 1e9),
      scalar('step', 1),
    ]),
  ),
  bad('MODEL_SHAPE_BOMB', 'a Pad', /Pad node "big" pads an axis by 100000/, () =>
    withConstantNode(onnxNode('Pad', ['image', 'pads'], 'big'), [ints('pads', [0, 0, 0, 0, 0, 0, 100_000, 0])]),
  ),
  bad(
    'MODEL_SHAPE_BOMB',
    'a Conv with a huge margin',
    /has pads 100000/,
    added(onnxNode('Conv', ['image', 'weights'], 'big', { pads: [0, 0, 100_000, 0] })),
  ),
  bad('MODEL_SHAPE_BOMB', 'a Resize', /enlarges an axis by 1000/, () =>
    withConstantNode(onnxNode('Resize', ['image', '', 'scales'], 'big'), [
      floatTensor('scales', [4], [1, 1, 1000, 1000]),
    ]),
  ),
  bad(
    'MODEL_SHAPE_BOMB',
    'a chain of doublings',
    /brings what constants ask for to/,
    changed(({ graph }) => {
      graph.initializer?.push(floatTensor('d0', [1000], Array<number>(1000).fill(1)));
      const doubled = (i: number) => onnxNode('Concat', [`d${i}`, `d${i}`], `d${i + 1}`, { axis: 0 });
      graph.node?.push(...Array.from({ length: 30 }, (_, i) => doubled(i)));
    }),
  ),
];

/** 400 MB on paper: 40,000 skipped parts of 10 kB, holes of the file, each of which costs a read. */
const gaps: BadModel = {
  code: 'MODEL_TOO_COMPLEX',
  name: 'a file of gaps',
  says: /more than 8388608 bytes/,
  write: async (folder) => {
    const file = await open(path.join(folder, 'model.onnx'), 'w');
    const part = bytesField(50, '', 10_000);
    await file.write(numberField(1, 8), 0, 2, 0);
    let at = 2;
    for (let i = 0; i < 40_000; i++) {
      await file.write(part, 0, part.length, at);
      at += part.length + 10_000;
    }
    await file.truncate(at);
    await file.close();
    return path.join(folder, 'model.onnx');
  },
};

const links: BadModel[] = [
  {
    code: 'MODEL_SYMLINK',
    name: 'a symbolic link',
    says: /symbolic link/,
    write: async (folder) => {
      await writeFile(path.join(folder, 'good.onnx'), smallModelBytes());
      await symlink('good.onnx', path.join(folder, 'model.onnx'));
      return path.join(folder, 'model.onnx');
    },
  },
  {
    code: 'MODEL_HARDLINK',
    name: 'a hard link',
    says: /2 names/,
    write: async (folder) => {
      await writeFile(path.join(folder, 'good.onnx'), smallModelBytes());
      await link(path.join(folder, 'good.onnx'), path.join(folder, 'model.onnx'));
      return path.join(folder, 'model.onnx');
    },
  },
  {
    code: 'MODEL_NOT_REGULAR_FILE',
    name: 'a folder',
    says: /regular file/,
    write: async (folder) => {
      await mkdir(path.join(folder, 'model.onnx'));
      return path.join(folder, 'model.onnx');
    },
  },
  {
    code: 'MODEL_TOO_LARGE',
    name: 'a file of 3 GB',
    says: /3221225472 bytes/,
    write: async (folder) => {
      const file = await open(path.join(folder, 'model.onnx'), 'w');
      // A hole: it takes no room.
      await file.truncate(3 * GIB);
      await file.close();
      return path.join(folder, 'model.onnx');
    },
  },
];

/** Function number i, whose only node calls number i + 1. */
function functionBytes(i: number): Buffer {
  const call = nodeBytes(`f${i + 1}`, ['x'], ['y'], [bytesField(7, 'chain')]);
  return bytesField(
    25,
    Buffer.concat([bytesField(1, `f${i}`), bytesField(4, 'x'), bytesField(5, 'y'), bytesField(7, call)]),
  );
}

/** Every kind of file that an inspection must refuse, each with the code that says why. */
export const BAD_MODELS: readonly BadModel[] = [...files, ...structure, ...ports, ...bombs, gaps, ...links];
