import { declaredShape, readOnnxModel, writeOnnxModel } from './onnx-model';
import { tinyEncoder } from './tiny-encoder.fixture';

describe('ONNX models', () => {
  it('read back as they were written', () => {
    const written = tinyEncoder({ layout: 'tokens', metadata: { 'propago.card': '{"name":"tiny"}' } });
    const model = readOnnxModel(writeOnnxModel(written));
    expect(model.metadataProps).toEqual(written.metadataProps);
    expect(model.opsetImport).toEqual([{ version: 17 }]);
    expect(model.graph.node?.map((node) => node.opType)).toEqual(['Conv', 'Reshape', 'Transpose']);
    expect(model.graph.node?.[0].attribute?.[0]).toMatchObject({ name: 'kernel_shape', type: 7, ints: [8, 8] });
    expect(Buffer.from(model.graph.initializer?.[0].rawData ?? [])).toEqual(
      Buffer.from(written.graph.initializer?.[0].rawData ?? [1]),
    );
    expect(model.graph.input?.map(declaredShape)).toEqual([['batch', 3, 'height', 'width']]);
  });

  it('are written to the same bytes every time', () => {
    expect(Buffer.from(writeOnnxModel(tinyEncoder()))).toEqual(Buffer.from(writeOnnxModel(tinyEncoder())));
  });

  it.each([
    ['text', Buffer.from('# not a model\n')],
    ['an empty file', Buffer.alloc(0)],
    ['random bytes', Buffer.from(Array.from({ length: 999 }, (_, i) => (i * 89) & 255))],
    ['a truncated model', Buffer.from(writeOnnxModel(tinyEncoder())).subarray(0, 700)],
  ])('are told from %s', (_, bytes) => {
    expect(() => readOnnxModel(bytes)).toThrow(expect.objectContaining({ code: 'ENCODER_INVALID' }));
  });

  it('with weights in another file are refused, also inside a branch of the graph', () => {
    const outside = {
      name: 'w',
      dims: [1],
      dataType: 1,
      dataLocation: 1,
      externalData: [{ key: 'location', value: '/etc/passwd' }],
    };
    const direct = tinyEncoder();
    direct.graph.initializer?.push(outside);
    const nested = tinyEncoder();
    nested.graph.node?.[0].attribute?.push({
      name: 'then_branch',
      type: 5,
      g: {
        node: [{ input: [], output: ['w'], opType: 'Constant', attribute: [{ name: 'value', type: 4, t: outside }] }],
      },
    });
    for (const model of [direct, nested]) {
      expect(() => readOnnxModel(writeOnnxModel(model))).toThrow(/tensor "w" lie in another file/);
    }
  });
});
