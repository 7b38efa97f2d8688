/** Where all blobs of one kind lie that belong to one set of frames or features, upload, video or run. */
export const blobFolders = {
  parts: (uploadId: string) => `parts/${uploadId}/`,
  frames: (frameSetId: string) => `frames/${frameSetId}/`,
  features: (featureSetId: string) => `features/${featureSetId}/`,
  labels: (runId: string) => `labels/${runId}/`,
  labelsOfPass: (runId: string, pass: string) => `labels/${runId}/${pass}/`,
  pictures: (sha256: string) => `pictures/${sha256}/`,
  prompts: (runId: string) => `prompts/${runId}/`,
  masks: (runId: string) => `masks/${runId}/`,
  exports: (runId: string) => `exports/${runId}/`,
} as const;

/** Where each kind of blob lies, and so which prefix has which one writer. */
export const blobKeys = {
  /** Writer: gateway. A file on its way in; not yet known to Postgres. */
  upload: (id: string) => `uploads/${id}`,
  /** Writer: gateway. A piece of an upload; whoever writes one has a name of its own for it. */
  part: (uploadId: string, id: string) => `${blobFolders.parts(uploadId)}${id}`,
  /** Writer: gateway. */
  video: (sha256: string) => `videos/${sha256}`,
  /** Writer: gateway. What a prompt says, as an indexed PNG of object ids. */
  prompt: (runId: string, frame: number, digest: string) =>
    `${blobFolders.prompts(runId)}${padded(frame)}-${digest.slice(0, 16)}.png`,
  /** Writer: models. The card goes last: a version with a card may be loaded. */
  encoderModel: (sha256: string) => `encoders/${sha256}/model.onnx`,
  encoderCard: (sha256: string) => `encoders/${sha256}/card.json`,
  /** Writer: ingest. A cache: they can be decoded again. */
  frames: (frameSetId: string, segment: number) => `${blobFolders.frames(frameSetId)}${padded(segment)}`,
  /** Writer: ingest. A cache: the frame as a JPEG at its full size. */
  picture: (sha256: string, frame: number) => `${blobFolders.pictures(sha256)}${padded(frame)}.jpg`,
  /** Writer: features. */
  features: (featureSetId: string, segment: number) => `${blobFolders.features(featureSetId)}${padded(segment)}`,
  /** Writer: propagation. */
  labels: (runId: string, pass: string, segment: number) =>
    `${blobFolders.labelsOfPass(runId, pass)}${padded(segment)}`,
  /** Writer: results. A mask never changes under its key: a change of the prompts gives the run another revision. */
  mask: (runId: string, revision: number, frame: number) =>
    `${blobFolders.masks(runId)}${revision}/${padded(frame)}.png`,
  export: (runId: string, exportId: string) => `${blobFolders.exports(runId)}${exportId}`,
  /** Writer: trainer. A file that a training run left: checkpoint, encoder, picture. */
  trainingArtifact: (runId: string, name: string) => `training/${runId}/${name}`,
} as const;

/** So many neighbouring frames become pictures together: who asks for one soon asks for those beside it. */
export const FRAMES_OF_CHUNK = 16;

/** Frame and segment numbers as five digits, as DAVIS names its files. */
export function padded(index: number): string {
  return String(index).padStart(5, '0');
}
