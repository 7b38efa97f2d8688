/** What the gateway answers and what the queues do for one kind of failure. */
export interface ErrorKind {
  /** HTTP status of the problem+json answer. */
  status: number;
  /** Whether a queue may try the job again: true only for causes that can pass by themselves. */
  retryable: boolean;
  /** One sentence for a person; RFC 9457 `title`. */
  title: string;
}

const input = (status: number, title: string): ErrorKind => ({ status, retryable: false, title });

/**
 * The one table of coded errors. A code is part of the API: it never changes its meaning.
 * Codes of user input are not retried; only causes that may pass by themselves are.
 */
export const ERRORS = {
  // requests
  REQUEST_INVALID: input(400, 'The request is not valid.'),
  TEXT_INVALID: input(400, 'A text holds characters that cannot be stored.'),
  QUERY_UNKNOWN: input(400, 'A query parameter is not known.'),
  OPTION_OUT_OF_RANGE: input(400, 'An option is out of its range.'),
  OPTION_UNKNOWN: input(400, 'An option is not known.'),
  PRESET_UNKNOWN: input(400, 'The preset is not known.'),
  ENCODER_UNKNOWN: input(400, 'The encoder is not known to this server.'),
  ENCODER_INVALID: input(422, 'The encoder file cannot be used.'),
  ROUTE_NOT_FOUND: input(404, 'There is nothing at this address.'),
  METHOD_NOT_ALLOWED: input(405, 'The address does not take this method.'),
  REQUEST_TIMEOUT: input(408, 'The request did not arrive in time.'),
  HEADERS_TOO_LARGE: input(431, 'The headers of the request are larger than this server accepts.'),
  RUN_NOT_FOUND: input(404, 'There is no such run.'),
  VIDEO_NOT_FOUND: input(404, 'There is no such video.'),
  VIDEO_IN_USE: input(409, 'There are runs on the video.'),
  FRAME_NOT_FOUND: input(404, 'The video has no such frame.'),
  RUN_NOT_FINISHED: input(409, 'The run has not finished yet.'),
  RUN_FINISHED: input(409, 'The run has finished already.'),
  RUN_NOT_CORRECTABLE: input(409, 'Prompts of a run that has failed or was cancelled cannot be changed.'),
  REVISION_CONFLICT: input(412, 'The prompts of the run have been changed since.'),
  PROMPT_NOT_FOUND: input(404, 'The run has no prompt on this frame.'),
  PROMPT_NEEDED: input(409, 'A run needs at least one prompt.'),
  OBJECT_NOT_FOUND: input(404, 'There is no such object in the run.'),
  OBJECT_UNKNOWN: input(422, 'The run has no such object.'),
  OBJECT_EXISTS: input(409, 'The run has an object of this id already.'),
  KEY_MISSING: input(401, 'The request needs an API key.'),
  KEY_INVALID: input(401, 'The API key is not known.'),
  KEY_EXPIRED: input(401, 'The API key has expired.'),
  KEY_REVOKED: input(401, 'The API key was revoked.'),
  KEY_NOT_FOUND: input(404, 'There is no such API key.'),
  SESSION_ENDED: input(401, 'The session has ended.'),
  LINK_INVALID: input(401, 'The sign-in link has been used, or is too old.'),
  CSRF_INVALID: input(403, 'The request lacks the token of its session.'),
  ORIGIN_FORBIDDEN: input(403, 'A page of another origin may not use the session.'),
  SCOPE_MISSING: input(403, 'The API key may not do this.'),
  RATE_LIMITED: input(429, 'The API key has sent too many requests.'),
  QUOTA_RUNS: input(429, 'The API key has too many runs that have not ended.'),
  QUOTA_EXPORTS: input(429, 'The tenant has too many exports that are not made yet.'),
  QUOTA_BYTES: input(429, 'The tenant stores as many bytes as it may.'),
  RANGE_NOT_SATISFIABLE: input(416, 'The requested range lies outside the file.'),
  IDEMPOTENCY_KEY_IN_PROGRESS: input(409, 'A request with this Idempotency-Key is still in progress.'),
  IDEMPOTENCY_KEY_REUSED: input(422, 'This Idempotency-Key was used with a different request.'),
  MEDIA_TYPE_UNSUPPORTED: input(415, 'The body has a media type that is not accepted here.'),
  UPLOAD_TOO_LARGE: input(413, 'The upload is larger than this server accepts.'),
  UPLOAD_ABORTED: input(400, 'The upload ended before it was complete.'),
  UPLOAD_NOT_FOUND: input(404, 'There is no such upload.'),
  UPLOAD_CONFLICT: input(409, 'The upload goes on at another byte.'),
  UPLOAD_INCOMPLETE: input(409, 'Bytes of the upload are missing.'),
  TUS_VERSION: input(412, 'The request does not name a version of tus that this server speaks.'),
  // webhooks
  WEBHOOK_NOT_FOUND: input(404, 'There is no such webhook.'),
  WEBHOOK_DELIVERY_NOT_FOUND: input(404, 'The webhook has no such delivery.'),
  WEBHOOK_URL_FORBIDDEN: input(422, 'Webhooks may not be sent to this address.'),
  WEBHOOK_DISABLED: input(409, 'The webhook is disabled.'),
  WEBHOOKS_TOO_MANY: input(409, 'The tenant has as many webhooks as it may.'),
  // videos
  VIDEO_MISSING: input(400, 'The request has no video.'),
  VIDEO_NOT_RECOGNISED: input(415, 'The file is not a video in a supported format.'),
  VIDEO_FORBIDDEN_FORMAT: input(415, 'The file is text, or a playlist or script that refers to other files.'),
  VIDEO_NO_STREAM: input(422, 'The file has no video stream.'),
  VIDEO_NO_FRAMES: input(422, 'The video has no frames.'),
  VIDEO_CORRUPT: input(422, 'The video cannot be decoded.'),
  VIDEO_TRUNCATED: input(422, 'The video ends before its last frame.'),
  VIDEO_TOO_LONG: input(422, 'The video has more frames than this server accepts.'),
  VIDEO_TOO_LARGE: input(422, 'The frames of the video are larger than this server accepts.'),
  INPUT_TOO_LARGE: input(422, 'The frames would be encoded at a larger size than this server accepts.'),
  VIDEO_SIZE_CHANGES: input(422, 'The frames of the video differ in size.'),
  VIDEO_TIMEOUT: input(422, 'Decoding the video took longer than this server allows.'),
  // zips of frames
  ZIP_INVALID: input(422, 'The zip file cannot be read.'),
  ZIP_UNSAFE_ENTRY: input(422, 'The zip file has an entry with an unsafe name or type.'),
  ZIP_TOO_LARGE: input(422, 'The zip file inflates to more than this server accepts.'),
  ZIP_MIXED_FORMATS: input(422, 'The zip file holds both JPEG and PNG pictures.'),
  ZIP_NO_FRAMES: input(422, 'The zip file holds no JPEG or PNG frames.'),
  FRAME_SIZE_MISMATCH: input(422, 'The frames of the zip file differ in size.'),
  FRAME_CORRUPT: input(422, 'A frame of the zip file cannot be decoded.'),
  // masks
  MASK_MISSING: input(400, 'The request has no mask.'),
  MASK_NOT_PNG: input(415, 'The mask is not a PNG file.'),
  MASK_CORRUPT: input(422, 'The mask cannot be decoded.'),
  MASK_BIT_DEPTH: input(422, 'The mask has 16 bits per sample, and values that do not fit 8.'),
  MASK_ORIENTATION: input(422, 'The mask says that it is turned.'),
  MASK_COLOUR: input(422, 'The colours of the mask are not a few flat ones.'),
  MASK_NOT_BINARY: input(422, 'The mask has shades that are neither background nor a class.'),
  MASK_EMPTY: input(422, 'The mask has no foreground.'),
  MASK_TOO_MANY_CLASSES: input(422, 'The mask has more classes than this server accepts.'),
  MASK_TOO_LARGE: input(422, 'The mask is larger than this server accepts.'),
  MASK_SIZE_MISMATCH: input(422, 'The mask and the video differ in size.'),
  ANNOTATIONS_INVALID: input(422, 'The annotations of another program cannot be read.'),
  MASKS_NONE: input(404, 'The run has no masks.'),
  // key points
  KEYPOINTS_NONE: input(404, 'The run has no key points.'),
  KEYPOINTS_INVALID: input(422, 'The key points cannot be read.'),
  KEYPOINTS_EMPTY: input(422, 'There is no key point.'),
  KEYPOINTS_TOO_MANY: input(422, 'There are more key points than this server accepts.'),
  KEYPOINTS_INCOMPLETE: input(422, 'Something is missing of what is said about the key points of an object.'),
  KEYPOINT_UNKNOWN: input(422, 'The object has no such key point.'),
  KEYPOINT_DUPLICATE: input(422, 'A key point is named twice.'),
  OBJECT_KIND_MISMATCH: input(422, 'The object is labelled with something else.'),
  EVALUATION_INVALID: input(422, 'The predictions do not fit the ground truth.'),
  // the model registry
  MODEL_MISSING: input(400, 'The request has no model file.'),
  MODEL_NOT_FOUND: input(404, 'There is no such model or version.'),
  MODEL_SOURCE_NOT_FOUND: input(422, 'There is no stored file of this key.'),
  MODEL_DIGEST_MISMATCH: input(422, 'The file has another sha256 than stated.'),
  MODEL_CARD_CONFLICT: input(409, 'The same file is registered with another card.'),
  MODEL_VERSION_NOT_READY: input(409, 'The version has not passed its validation.'),
  MODEL_VERSION_READY: input(409, 'The version has passed its validation already.'),
  MODEL_IN_USE: input(409, 'The version is in use.'),
  MODEL_NOT_LOADED: { status: 503, retryable: true, title: 'No worker has the version loaded.' },
  ALIAS_NOT_FOUND: input(404, 'The model has no such alias.'),
  ALIAS_CONFLICT: input(409, 'It has been changed since it was read.'),
  ALIAS_NO_PREVIOUS: input(409, 'There is no previous version to return to.'),
  MODEL_QUALITY: input(422, 'The masks that the model leads to are worse than this server accepts.'),
  // model files: what is refused before anything loads them
  MODEL_NOT_REGULAR_FILE: input(422, 'The model is not a regular file.'),
  MODEL_SYMLINK: input(422, 'The model is a symbolic link.'),
  MODEL_HARDLINK: input(422, 'The model file has a second name.'),
  MODEL_TOO_LARGE: input(422, 'The model file is larger than this server accepts.'),
  MODEL_NOT_ONNX: input(422, 'The file does not begin as an ONNX model does.'),
  MODEL_TRUNCATED: input(422, 'The model file ends before its content does.'),
  MODEL_MALFORMED: input(422, 'The model file is not a well-formed ONNX message.'),
  MODEL_LENGTH_CLAIM: input(422, 'The model file claims a part larger than any accepted model.'),
  MODEL_NESTING: input(422, 'The model file nests protobuf groups.'),
  MODEL_TOO_COMPLEX: input(422, 'The structure of the model is larger than this server accepts.'),
  MODEL_TOO_MANY_NODES: input(422, 'The model has more nodes than this server accepts.'),
  MODEL_NAME_INVALID: input(422, 'A name in the model is not valid text, or too long.'),
  MODEL_IR_VERSION: input(422, 'The ONNX format version of the model is not supported.'),
  MODEL_OPSET: input(422, 'The operator set of the model is not supported.'),
  MODEL_DOMAIN: input(422, 'The model needs operators that ONNX does not define.'),
  MODEL_OPERATOR: input(422, 'The model has an operator that no encoder needs.'),
  MODEL_CONTROL_FLOW: input(422, 'The model has control flow.'),
  MODEL_FUNCTIONS: input(422, 'The model defines functions.'),
  MODEL_TRAINING: input(422, 'The model carries training information.'),
  MODEL_EXTERNAL_DATA: input(422, 'The weights of the model lie in another file.'),
  MODEL_SPARSE: input(422, 'The model has sparse weights.'),
  MODEL_TENSOR_TYPE: input(422, 'The model has weights of a type that no encoder needs.'),
  MODEL_TENSOR_SIZE: input(422, 'The shape of a weight does not fit its data.'),
  MODEL_WEIGHTS_TOO_LARGE: input(422, 'The weights of the model are larger than this server accepts.'),
  MODEL_ATTRIBUTE: input(422, 'An attribute in the model is not one that encoders need.'),
  MODEL_ATTRIBUTE_TOO_LARGE: input(422, 'An attribute in the model is larger than this server accepts.'),
  MODEL_GRAPH_INVALID: input(422, 'The graph of the model is not consistent.'),
  MODEL_INPUT_COUNT: input(422, 'The model has another number of inputs than one.'),
  MODEL_INPUT_TYPE: input(422, 'The input of the model is not float32.'),
  MODEL_INPUT_SHAPE: input(422, 'The input of the model is not a batch of images of free size.'),
  MODEL_OUTPUT_COUNT: input(422, 'The model has another number of outputs than one.'),
  MODEL_OUTPUT_TYPE: input(422, 'The output of the model is not float32.'),
  MODEL_OUTPUT_SHAPE: input(422, 'The output of the model is not patch features.'),
  MODEL_SHAPE_BOMB: input(422, 'A constant in the model asks for a huge tensor.'),
  // models: what shows when one is loaded and run in its own process
  MODEL_CARD_INVALID: input(422, 'The encoder card of the model is not valid.'),
  MODEL_CHANGED: input(422, 'The model file is not the one that was inspected.'),
  MODEL_LOAD_FAILED: input(422, 'The model cannot be loaded.'),
  MODEL_RUN_FAILED: input(422, 'The model fails on an image.'),
  MODEL_SHAPE: input(422, 'The output of the model has another shape than its card says.'),
  MODEL_NOT_FINITE: input(422, 'The model gives features that are not finite numbers.'),
  MODEL_FEATURES_INVALID: input(422, 'The model gives features that cannot be compared.'),
  MODEL_NOT_DETERMINISTIC: input(422, 'The model gives different features for the same image.'),
  MODEL_GOLDEN_INVALID: input(422, 'The golden features of the model cannot be read.'),
  MODEL_GOLDEN_MISMATCH: input(422, 'The model does not give its golden features.'),
  MODEL_TOO_SLOW: input(422, 'The model is slower than this server accepts.'),
  MODEL_OUT_OF_MEMORY: input(422, 'The model needs more memory than this server allows.'),
  MODEL_TIMEOUT: input(422, 'The model takes longer than this server allows.'),
  MODEL_CRASHED: input(422, 'The process that ran the model ended.'),
  // training
  TRAINING_RUN_NOT_FOUND: input(404, 'There is no such training run.'),
  TRAINING_ARTIFACT_NOT_FOUND: input(404, 'The training run has no such file.'),
  TRAINING_RUN_FINISHED: input(409, 'The training run has finished already.'),
  TRAINING_RUN_NOT_FINISHED: input(409, 'The training run has not finished yet.'),
  TRAINING_CONFIG_INVALID: input(422, 'The settings of the training cannot be used.'),
  TRAINING_DATA_MISSING: input(422, 'There is nothing to train on.'),
  TRAINING_PARENT_MISSING: input(422, 'The parent of the training has no checkpoint.'),
  TRAINING_DISK_FULL: input(422, 'The training filled the disk.'),
  TRAINING_OUT_OF_MEMORY: input(422, 'The training needs more memory than there is.'),
  TRAINING_NOT_FINITE: input(422, 'The loss of the training is not a finite number.'),
  TRAINING_CRASHED: input(422, 'The training process ended.'),
  TRAINING_EXPORT_FAILED: input(422, 'The trained encoder cannot be exported.'),
  TRAINER_UNAVAILABLE: {
    status: 503,
    retryable: true,
    title: 'There is no trainer that can train.',
  },
  // the pipeline
  BLOB_INVALID: { status: 500, retryable: false, title: 'A stored file is damaged or of another kind.' },
  BLOB_MISSING: { status: 500, retryable: true, title: 'A stored file is missing.' },
  ENCODER_FAILED: { status: 500, retryable: true, title: 'The encoder failed.' },
  EXECUTION_PROVIDER_UNAVAILABLE: {
    status: 500,
    retryable: false,
    title: 'This machine lacks the configured execution provider.',
  },
  FEATURES_INVALID: input(422, 'The encoder gave features that cannot be used.'),
  EXPORT_NOT_FOUND: input(404, 'The run has no such export.'),
  EXPORT_FAILED: input(409, 'The export could not be made.'),
  EXPORT_IMPOSSIBLE: input(422, 'The format has no room for what the run holds.'),
  EXPORT_OUTDATED: input(409, 'The masks have changed while the export was made.'),
  PICTURE_NOT_READY: { status: 503, retryable: true, title: 'The picture is not ready yet.' },
  EXPORT_NOT_READY: { status: 503, retryable: true, title: 'The export is not ready yet.' },
  STORAGE_FULL: { status: 507, retryable: true, title: 'The storage has no room.' },
  SERVICE_UNAVAILABLE: { status: 503, retryable: true, title: 'A service that this request needs is not available.' },
  INTERNAL: { status: 500, retryable: true, title: 'An unexpected error occurred.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** A failure with a stable code. `message` is the detail: what exactly, and what would be right. */
export class CodedError extends Error {
  override readonly name = 'CodedError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  get kind(): ErrorKind {
    return ERRORS[this.code];
  }
}

/**
 * A failure that nobody foresaw, as clients may see it: an id by which its reason is found in the log, and nothing of
 * the reason itself. Whoever creates it writes the reason to the log, with the id.
 */
export class InternalError extends CodedError {
  constructor(
    readonly id: string,
    options?: { cause?: unknown },
  ) {
    super('INTERNAL', `The server could not do this; its log says why under the id ${id}.`, options);
  }
}

/**
 * What clients may know of a stored failure: the text of an INTERNAL one comes from inside and stays there.
 * @param id under which the log has the reason, such as that of the run
 */
export function shownDetail<Detail extends string | null>(code: string, detail: Detail, id: string): Detail | string {
  return code === 'INTERNAL' ? new InternalError(id).message : detail;
}

/** The given error as a coded one: itself, or INTERNAL with the original as its cause. */
export function asCodedError(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  return new CodedError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
}
