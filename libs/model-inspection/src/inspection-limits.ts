/** What a model file may be at most; everything else about its acceptance is not a matter of degree. */
export interface InspectionLimits {
  /** Size of the file, bytes. Below 2 GiB: no protobuf reader takes more. */
  maxBytes: number;
  /** Bytes read to learn the structure: everything but weights and documentation. */
  maxStructureBytes: number;
  maxNodes: number;
  /** Initialisers and constants with a payload. */
  maxTensors: number;
  /** All weights together, as they would lie in memory, bytes. */
  maxWeightBytes: number;
  /** Longest name or other text, bytes. */
  maxNameBytes: number;
  /** Numbers in one list attribute, and bytes of a text attribute. */
  maxAttributeLength: number;
  /** Attributes of one node. */
  maxAttributes: number;
  /** Value of one entry of the metadata, bytes; golden features are the largest. */
  maxMetadataBytes: number;
  /** Elements of all tensors together that constants alone ask for (ConstantOfShape, Expand, Tile, ...). */
  maxConstantElements: number;
  /** Padding, kernel side, stride or dilation on one axis; factor of a resize. */
  maxReach: number;
  minOpset: number;
  maxOpset: number;
  minIrVersion: number;
  maxIrVersion: number;
}

/** Room for a ViT-L in float32; an operator set of 11 is what exporters wrote in 2020. */
export const DEFAULT_INSPECTION_LIMITS: InspectionLimits = {
  maxBytes: 1536 * 1024 * 1024,
  maxStructureBytes: 8 * 1024 * 1024,
  maxNodes: 10_000,
  maxTensors: 10_000,
  maxWeightBytes: 1536 * 1024 * 1024,
  maxNameBytes: 1024,
  maxAttributeLength: 4096,
  maxAttributes: 32,
  maxMetadataBytes: 16 * 1024 * 1024,
  maxConstantElements: 16 * 1024 * 1024,
  maxReach: 1024,
  minOpset: 11,
  maxOpset: 21,
  minIrVersion: 4,
  maxIrVersion: 11,
};
