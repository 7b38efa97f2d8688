/** Where all blobs of one kind lie that belong to one feature set or run. */
export const blobFolders = {
  frames: (featureSetId: string) => `frames/${featureSetId}/`,
  features: (featureSetId: string) => `features/${featureSetId}/`,
  labels: (runId: string) => `labels/${runId}/`,
  masks: (runId: string) => `masks/${runId}/`,
  exports: (runId: string) => `exports/${runId}/`,
} as const;

/** Where each kind of blob lies, and so which prefix has which one writer. */
export const blobKeys = {
  /** Writer: gateway. A file on its way in; not yet known to Postgres. */
  upload: (id: string) => `uploads/${id}`,
  /** Writer: gateway. */
  video: (sha256: string) => `videos/${sha256}`,
  /** Writer: gateway. The first frame's mask as an indexed PNG of class ids. */
  firstMask: (runId: string) => `first-masks/${runId}.png`,
  /** Writer: models. The card goes last: a version with a card may be loaded. */
  encoderModel: (sha256: string) => `encoders/${sha256}/model.onnx`,
  encoderCard: (sha256: string) => `encoders/${sha256}/card.json`,
  /** Writer: ingest. Transient: features deletes it when the segment's features are stored. */
  frames: (featureSetId: string, segment: number) => `${blobFolders.frames(featureSetId)}${padded(segment)}`,
  /** Writer: features. */
  features: (featureSetId: string, segment: number) => `${blobFolders.features(featureSetId)}${padded(segment)}`,
  /** Writer: propagation. */
  labels: (runId: string, segment: number) => `${blobFolders.labels(runId)}${padded(segment)}`,
  /** Writer: results. */
  mask: (runId: string, frame: number) => `${blobFolders.masks(runId)}${padded(frame)}.png`,
  overlay: (runId: string) => `${blobFolders.exports(runId)}overlay.mp4`,
  /** Writer: trainer. A file that a training run left: checkpoint, encoder, picture. */
  trainingArtifact: (runId: string, name: string) => `training/${runId}/${name}`,
} as const;

/** Frame and segment numbers as five digits, as DAVIS names its files. */
export function padded(index: number): string {
  return String(index).padStart(5, '0');
}
