import { CodedError } from '@propago/contracts';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  CARD_METADATA_KEY,
  EncoderCard,
  EncoderCardFacts,
  encoderCardSchema,
  EncoderInvalid,
  parseCardFacts,
} from './encoder-card';
import { EncoderHello, encoderThreads, RawReply, ValueMetadata } from './encoder-thread';
import { KNOWN_ENCODERS } from './known-encoders';
import { OnnxModel, readOnnxModel } from './onnx-model';

/** Not square, so that rows and columns are told apart; both sides are multiples of every usual patch size. */
const PROBE = { width: 448, height: 224 };

/** Assumed where nobody states otherwise: what most published encoders were trained with (ImageNet statistics). */
const ASSUMED = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  inputRange: [0, 1],
  l2Normalised: false,
} satisfies EncoderCardFacts;

/**
 * The card of an ONNX file. Each field comes from the first source that states it: `given`, `<file>.card.json`, the file's
 * `propago.card` metadata, the table of known published files, one run on a black frame and assumptions; what the last
 * gave is listed in `inferred`.
 * @throws EncoderInvalid if the file is no ONNX model, has no image input of free size, or its output is not patch features
 */
export async function loadEncoderCard(file: string, given: EncoderCardFacts = {}): Promise<EncoderCard> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new EncoderInvalid('file', `The encoder file ${file} cannot be read.`, { cause: error });
  });
  const model = readOnnxModel(bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const stated = { ...KNOWN_ENCODERS[sha256], ...embeddedFacts(model), ...(await sidecarFacts(file)), ...given };
  if (stated.sha256 && stated.sha256 !== sha256) {
    throw new EncoderInvalid('card', `The card is for the file ${stated.sha256}, but this one is ${sha256}.`);
  }
  const found = await probeFacts(file, sha256, stated);
  const guessed = { name: path.basename(file, '.onnx'), ...ASSUMED, ...found };
  const merged = { ...guessed, inputMultiple: stated.patchSize ?? guessed.patchSize, ...stated, sha256 };
  const inferred = Object.keys({ ...guessed, inputMultiple: 0 }).filter((key) => !(key in stated));
  const card = encoderCardSchema.safeParse({ ...merged, inferred });
  if (card.success) return card.data;
  throw new EncoderInvalid('card', `The card of ${file}: ${card.error.issues.map((i) => i.message).join('; ')}.`);
}

function embeddedFacts(model: OnnxModel): EncoderCardFacts {
  const entry = model.metadataProps?.find(({ key }) => key === CARD_METADATA_KEY);
  return entry ? parseCardFacts(entry.value, `The metadata "${CARD_METADATA_KEY}"`) : {};
}

async function sidecarFacts(file: string): Promise<EncoderCardFacts> {
  const sidecar = `${file}.card.json`;
  const text = await readFile(sidecar, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new EncoderInvalid('card', `The card ${sidecar} cannot be read.`, { cause: error });
  });
  return text === undefined ? {} : parseCardFacts(text, `The card ${sidecar}`);
}

/** Runs the encoder once: proves that it loads and that the card fits, and finds what the card leaves open. */
async function probeFacts(file: string, sha256: string, stated: EncoderCardFacts) {
  const threads = encoderThreads(
    { path: file, sha256, provider: 'cpu', deviceId: 0, intraOpThreads: 1, graph: { kind: 'file' } },
    1,
  );
  try {
    const hello = await threads.start().catch((error: CodedError) => {
      throw error.code === 'ENCODER_INVALID' ? new EncoderInvalid('load', error.message) : error;
    });
    const names = { ...ports(hello, stated) };
    const multiple = stated.inputMultiple ?? stated.patchSize ?? 1;
    const width = Math.ceil(PROBE.width / multiple) * multiple;
    const height = Math.ceil(PROBE.height / multiple) * multiple;
    const request = {
      kind: 'raw' as const,
      input: new Float32Array(3 * width * height),
      dims: [1, 3, height, width],
      names: [names.inputName, names.outputName] as [string, string],
    };
    const reply = (await threads.run(request, [request.input.buffer]).catch((error: CodedError) => {
      throw new EncoderInvalid('run', `The encoder does not run on a ${width}x${height} frame: ${error.message}`);
    })) as RawReply;
    const shape = shapeFacts(reply, { width, height });
    for (const key of ['patchSize', 'dim', 'layout'] as const) {
      if (stated[key] !== undefined && stated[key] !== shape[key]) {
        throw new EncoderInvalid('output', `The card says ${key} ${stated[key]}, the encoder gives ${shape[key]}.`);
      }
    }
    return { ...names, ...shape };
  } finally {
    await threads.close();
  }
}

function ports({ inputs, outputs }: EncoderHello, stated: EncoderCardFacts) {
  const input = stated.inputName ? inputs.find(({ name }) => name === stated.inputName) : inputs[0];
  if (inputs.length !== 1 || !input || input.type !== 'float32' || input.shape?.length !== 4) {
    throw new EncoderInvalid(
      'file',
      `The encoder has no image input: expected one float32 [batch, 3, height, width], received ${describe(inputs)}.`,
    );
  }
  const [batch, channels, ...sides] = input.shape;
  if (typeof channels === 'number' && channels !== 3) {
    throw new EncoderInvalid(
      'file',
      `The encoder's input has ${channels} channels instead of 3: ${describe([input])}.`,
    );
  }
  if (sides.some((axis) => typeof axis === 'number' && axis > 0)) {
    throw new EncoderInvalid(
      'file',
      `The encoder takes only frames of ${sides[1]}x${sides[0]}; export it with free height and width: ${describe([input])}.`,
    );
  }
  if (typeof batch === 'number' && batch > 1) {
    throw new EncoderInvalid('file', `The encoder takes only batches of ${batch}; export it with a free batch axis.`);
  }
  const output = stated.outputName ? outputs.find(({ name }) => name === stated.outputName) : outputs[0];
  if (!output) {
    throw new EncoderInvalid('card', `The encoder has no output "${stated.outputName}", only ${describe(outputs)}.`);
  }
  const fixedBatch = batch === 1 ? { maxBatch: 1 } : {};
  return { inputName: input.name, outputName: output.name, ...fixedBatch };
}

function shapeFacts({ type, dims }: RawReply, frame: { width: number; height: number }) {
  const received = `${type} [${dims.join(', ')}] for a ${frame.width}x${frame.height} frame`;
  const fault = (why: string) =>
    new EncoderInvalid(
      'output',
      `The encoder's output is not patch features (${why}): expected float32 [batch, patches, dim] or [batch, dim, rows, cols], received ${received}.`,
    );
  if (type !== 'float32') throw fault('another type');
  if (dims.length === 4) {
    const [, dim, rows, cols] = dims;
    const patchSize = frame.height / rows;
    if (!Number.isInteger(patchSize) || frame.width / cols !== patchSize)
      throw fault('rows and cols fit no patch size');
    return { layout: 'map' as const, dim, patchSize };
  }
  if (dims.length !== 3) throw fault(`it has ${dims.length} axes`);
  const patchSide = (patches: number) => Math.sqrt((frame.width * frame.height) / patches);
  const [, patches, dim] = dims;
  const patchSize = patchSide(patches);
  if (!Number.isInteger(patchSize)) {
    const extra = [1, 2, 3, 4, 5].find((tokens) => patches > tokens && Number.isInteger(patchSide(patches - tokens)));
    throw fault(
      extra ? `it holds ${extra} more token than patches; drop CLS and register tokens` : 'patches fit no patch size',
    );
  }
  return { layout: 'tokens' as const, dim, patchSize };
}

function describe(values: ValueMetadata[]): string {
  return values.map(({ name, type, shape }) => `${name}: ${type} [${shape?.join(', ')}]`).join('; ') || 'none';
}
