import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { checkNodes, checkVersions } from './check-graph';
import { checkPorts } from './check-ports';
import { checkSizes } from './check-sizes';
import { DEFAULT_INSPECTION_LIMITS, InspectionLimits } from './inspection-limits';
import { openModelFile } from './open-model-file';
import { scanModel } from './scan-model';
import { ScannedAxis } from './scanned-model';
import { WireReader } from './wire-reader';

/** What an accepted file says of itself. */
export interface ModelFacts {
  sha256: string;
  bytes: number;
  irVersion: number;
  opset: number;
  /** The exporter and its version; may be empty. */
  producer: string;
  nodes: number;
  /** How often each operator occurs. */
  operators: Record<string, number>;
  /** Weights in the graph and in constants. */
  tensors: number;
  weightBytes: number;
  /** float32; an axis without length or name is null. */
  input: { name: string; shape: (number | string | null)[] };
  output: { name: string; shape: (number | string | null)[] };
  /** `metadata_props`; a value over 64 KiB is null here. */
  metadata: Record<string, string | null>;
}

/**
 * Decides whether a file from outside may be loaded, by reading its structure only: nothing in it is trusted, at most
 * `maxStructureBytes` of it are read besides its digest, weights stay where they are. The file must not be written meanwhile.
 * @throws CodedError MODEL_… with a sentence that names the node or tensor; the table is in contracts
 */
export async function inspectModel(file: string, limits: Partial<InspectionLimits> = {}): Promise<ModelFacts> {
  const all = { ...DEFAULT_INSPECTION_LIMITS, ...limits };
  const { handle, size } = await openModelFile(file, all);
  try {
    const facts = readFacts(handle.fd, size, all);
    return { sha256: await digest(handle, size), bytes: size, ...facts };
  } finally {
    await handle.close();
  }
}

function readFacts(fd: number, size: number, limits: InspectionLimits): Omit<ModelFacts, 'sha256' | 'bytes'> {
  const model = scanModel(new WireReader(fd, size, limits), limits);
  const opset = checkVersions(model, limits);
  checkNodes(model);
  const { input, output } = checkPorts(model);
  checkSizes(model, limits);
  const operators: Record<string, number> = {};
  for (const { opType } of model.nodes) operators[opType] = (operators[opType] ?? 0) + 1;
  const constants = model.nodes.flatMap(({ attributes }) => [...attributes.values()].flatMap((a) => a.tensor ?? []));
  const tensors = [...model.initialisers, ...constants];
  return {
    irVersion: model.irVersion,
    opset,
    producer: model.producer,
    nodes: model.nodes.length,
    operators,
    tensors: tensors.length,
    weightBytes: tensors.reduce((sum, { bytes }) => sum + bytes, 0),
    input: { name: input.name, shape: input.shape.map(plain) },
    output: { name: output.name, shape: output.shape.map(plain) },
    metadata: Object.fromEntries(model.metadata),
  };
}

function plain(axis: ScannedAxis): number | string | null {
  return axis ?? null;
}

/** sha256 of exactly the bytes that were inspected. */
async function digest(handle: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256');
  if (size > 0)
    for await (const chunk of handle.createReadStream({ start: 0, end: size - 1, autoClose: false }))
      hash.update(chunk as Buffer);
  return hash.digest('hex');
}
