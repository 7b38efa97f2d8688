import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  type EncoderCard,
  type ExecutionProvider,
  int64Tensor,
  ONNX_FLOAT16,
  ONNX_UINT8,
  type OnnxModel,
  onnxNode,
  tensorValue,
  writeOnnxModel,
} from '@propago/encoder';
import { DEFAULT_VIDEO_LIMITS, encodeVideo, openVideoSource } from '@propago/video';

interface Size {
  height: number;
  width: number;
}

/** Decoding of one frame, ms: the clip as H.264, from the file to packed pixels. */
export async function decodeMilliseconds(clip: readonly { rgb: Buffer }[], size: Size): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'propago-decode-'));
  try {
    const file = path.join(folder, 'clip.mp4');
    const pictures = async function* (): AsyncGenerator<Buffer> {
      for (const { rgb } of clip) yield rgb;
    };
    await encodeVideo(file, { ...size, frameRate: 24 }, pictures());
    const source = await openVideoSource(file, DEFAULT_VIDEO_LIMITS);
    const start = performance.now();
    let frames = 0;
    for await (const frame of source.frames()) frames += frame ? 1 : 0;
    return (performance.now() - start) / frames;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const RUNS = 10;

/**
 * What it takes to bring the pixels of a frame to the provider and its features back, ms per frame: graphs that take or give
 * as many bytes as the encoder and do nothing with them, less one that moves nothing.
 */
export async function travelMilliseconds(
  card: EncoderCard,
  options: Size & { provider: ExecutionProvider; device: number; batch: number },
): Promise<{ in: number; out: number }> {
  const { batch, height, width } = options;
  const frame = [batch, height, width, 3];
  const rows = [batch, (height * width) / card.patchSize ** 2, card.dim];
  const [nothing, takes, gives] = [
    await timed(moving([1], [1]), [1], options),
    await timed(moving(frame, [1]), frame, options),
    await timed(moving([1], rows), [1], options),
  ];
  return { in: Math.max(0, takes - nothing) / batch, out: Math.max(0, gives - nothing) / batch };
}

/** Takes bytes of one shape, gives binary16 numbers of another: the first byte, again and again. */
function moving(from: number[], to: number[]): OnnxModel {
  const first = from.map(() => 0);
  return {
    irVersion: 8,
    opsetImport: [{ version: 17 }],
    graph: {
      name: 'moving',
      node: [
        onnxNode('Slice', ['bytes', 'from', 'to'], 'first'),
        onnxNode('Cast', ['first'], 'number', { to: ONNX_FLOAT16 }),
        onnxNode('Reshape', ['number', 'one'], 'scalar'),
        onnxNode('Expand', ['scalar', 'shape'], 'numbers'),
      ],
      initializer: [
        int64Tensor('from', [from.length], first),
        int64Tensor(
          'to',
          [from.length],
          first.map(() => 1),
        ),
        int64Tensor('one', [1], [1]),
        int64Tensor('shape', [to.length], to),
      ],
      input: [tensorValue('bytes', ONNX_UINT8, from)],
      output: [tensorValue('numbers', ONNX_FLOAT16, to)],
    },
  };
}

/** The fastest of some runs, ms. */
async function timed(
  model: OnnxModel,
  from: number[],
  { provider, device }: { provider: ExecutionProvider; device: number },
): Promise<number> {
  const named = provider === 'cpu' || provider === 'webgpu' ? provider : { name: provider, deviceId: device };
  const session = await InferenceSession.create(writeOnnxModel(model), {
    executionProviders: [named],
    logSeverityLevel: 4,
  });
  const bytes = new Tensor('uint8', new Uint8Array(from.reduce((product, side) => product * side, 1)), from);
  let fastest = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await session.run({ bytes });
    fastest = Math.min(fastest, performance.now() - start);
  }
  await session.release();
  return fastest;
}
