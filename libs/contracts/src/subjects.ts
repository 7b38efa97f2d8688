/**
 * NATS subjects: news and questions. At most once: nothing here may be needed for a run to complete.
 * Questions are answered by one instance of the service that their name begins with.
 */
export const SUBJECTS = {
  /** Event RunNews: a stage stored something of a run. */
  progress: 'run.progress',
  /** Event RunNews: the state of a run changed. */
  state: 'run.state',
  /** Event RunNews: work on a run should stop now. */
  cancel: 'run.cancel',
  /** Question ProbeQuestion -> Answer<VideoProbe>. */
  probe: 'ingest.probe',
  /** Question CollectQuestion -> Answer<JanitorReport>: what was removed, or would be. */
  collect: 'results.collect',
  /** Question EncoderQuestion -> Answer<EncoderAnswer<EncoderCard>>. */
  encoder: 'models.encoder',
  /** Question ModelChange -> Answer<ModelChanged>. */
  modelChange: 'models.change',
  /** Event ModelNews: a version, an alias or a split is not what it was. */
  models: 'models.changed',
  /** Question TrainingChange -> Answer<TrainingChanged>. */
  trainingChange: 'trainer.change',
  /** Event RunNews: a training run has new metrics or another state. */
  training: 'training.progress',
} as const;

export interface RunNews {
  runId: string;
}

export interface ProbeQuestion {
  blobKey: string;
  /** Of what lies there. */
  sha256: string;
}

export interface CollectQuestion {
  dryRun: boolean;
}

/**
 * Exceptions do not cross NATS with their codes: an answer says how it went. With the code INTERNAL it has the id under
 * which the log of the answering service has the reason.
 */
export type Answer<T> = { ok: true; value: T } | { ok: false; code: string; detail: string; id?: string };
