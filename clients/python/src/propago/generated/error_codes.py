from enum import StrEnum


class ErrorCode(StrEnum):
    """What a server refuses, and what fails on it."""

    # The request is not valid.
    REQUEST_INVALID = "REQUEST_INVALID"
    # A text holds characters that cannot be stored.
    TEXT_INVALID = "TEXT_INVALID"
    # A query parameter is not known.
    QUERY_UNKNOWN = "QUERY_UNKNOWN"
    # An option is out of its range.
    OPTION_OUT_OF_RANGE = "OPTION_OUT_OF_RANGE"
    # An option is not known.
    OPTION_UNKNOWN = "OPTION_UNKNOWN"
    # The preset is not known.
    PRESET_UNKNOWN = "PRESET_UNKNOWN"
    # The encoder is not known to this server.
    ENCODER_UNKNOWN = "ENCODER_UNKNOWN"
    # The encoder file cannot be used.
    ENCODER_INVALID = "ENCODER_INVALID"
    # There is nothing at this address.
    ROUTE_NOT_FOUND = "ROUTE_NOT_FOUND"
    # The address does not take this method.
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    # The request did not arrive in time.
    REQUEST_TIMEOUT = "REQUEST_TIMEOUT"
    # The headers of the request are larger than this server accepts.
    HEADERS_TOO_LARGE = "HEADERS_TOO_LARGE"
    # There is no such run.
    RUN_NOT_FOUND = "RUN_NOT_FOUND"
    # There is no such video.
    VIDEO_NOT_FOUND = "VIDEO_NOT_FOUND"
    # There are runs on the video.
    VIDEO_IN_USE = "VIDEO_IN_USE"
    # The video has no such frame.
    FRAME_NOT_FOUND = "FRAME_NOT_FOUND"
    # The run has not finished yet.
    RUN_NOT_FINISHED = "RUN_NOT_FINISHED"
    # The run has finished already.
    RUN_FINISHED = "RUN_FINISHED"
    # Prompts of a run that has failed or was cancelled cannot be changed.
    RUN_NOT_CORRECTABLE = "RUN_NOT_CORRECTABLE"
    # The prompts of the run have been changed since.
    REVISION_CONFLICT = "REVISION_CONFLICT"
    # The run has no prompt on this frame.
    PROMPT_NOT_FOUND = "PROMPT_NOT_FOUND"
    # A run needs at least one prompt.
    PROMPT_NEEDED = "PROMPT_NEEDED"
    # There is no such object in the run.
    OBJECT_NOT_FOUND = "OBJECT_NOT_FOUND"
    # The run has no such object.
    OBJECT_UNKNOWN = "OBJECT_UNKNOWN"
    # The run has an object of this id already.
    OBJECT_EXISTS = "OBJECT_EXISTS"
    # The request needs an API key.
    KEY_MISSING = "KEY_MISSING"
    # The API key is not known.
    KEY_INVALID = "KEY_INVALID"
    # The API key has expired.
    KEY_EXPIRED = "KEY_EXPIRED"
    # The API key was revoked.
    KEY_REVOKED = "KEY_REVOKED"
    # There is no such API key.
    KEY_NOT_FOUND = "KEY_NOT_FOUND"
    # The session has ended.
    SESSION_ENDED = "SESSION_ENDED"
    # The sign-in link has been used, or is too old.
    LINK_INVALID = "LINK_INVALID"
    # The request lacks the token of its session.
    CSRF_INVALID = "CSRF_INVALID"
    # A page of another origin may not use the session.
    ORIGIN_FORBIDDEN = "ORIGIN_FORBIDDEN"
    # The API key may not do this.
    SCOPE_MISSING = "SCOPE_MISSING"
    # The API key has sent too many requests.
    RATE_LIMITED = "RATE_LIMITED"
    # The API key has too many runs that have not ended.
    QUOTA_RUNS = "QUOTA_RUNS"
    # The tenant has too many exports that are not made yet.
    QUOTA_EXPORTS = "QUOTA_EXPORTS"
    # The tenant stores as many bytes as it may.
    QUOTA_BYTES = "QUOTA_BYTES"
    # The requested range lies outside the file.
    RANGE_NOT_SATISFIABLE = "RANGE_NOT_SATISFIABLE"
    # A request with this Idempotency-Key is still in progress.
    IDEMPOTENCY_KEY_IN_PROGRESS = "IDEMPOTENCY_KEY_IN_PROGRESS"
    # This Idempotency-Key was used with a different request.
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    # The body has a media type that is not accepted here.
    MEDIA_TYPE_UNSUPPORTED = "MEDIA_TYPE_UNSUPPORTED"
    # The upload is larger than this server accepts.
    UPLOAD_TOO_LARGE = "UPLOAD_TOO_LARGE"
    # The upload ended before it was complete.
    UPLOAD_ABORTED = "UPLOAD_ABORTED"
    # There is no such upload.
    UPLOAD_NOT_FOUND = "UPLOAD_NOT_FOUND"
    # The upload goes on at another byte.
    UPLOAD_CONFLICT = "UPLOAD_CONFLICT"
    # Bytes of the upload are missing.
    UPLOAD_INCOMPLETE = "UPLOAD_INCOMPLETE"
    # The request does not name a version of tus that this server speaks.
    TUS_VERSION = "TUS_VERSION"
    # There is no such webhook.
    WEBHOOK_NOT_FOUND = "WEBHOOK_NOT_FOUND"
    # The webhook has no such delivery.
    WEBHOOK_DELIVERY_NOT_FOUND = "WEBHOOK_DELIVERY_NOT_FOUND"
    # Webhooks may not be sent to this address.
    WEBHOOK_URL_FORBIDDEN = "WEBHOOK_URL_FORBIDDEN"
    # The webhook is disabled.
    WEBHOOK_DISABLED = "WEBHOOK_DISABLED"
    # The tenant has as many webhooks as it may.
    WEBHOOKS_TOO_MANY = "WEBHOOKS_TOO_MANY"
    # The request has no video.
    VIDEO_MISSING = "VIDEO_MISSING"
    # The file is not a video in a supported format.
    VIDEO_NOT_RECOGNISED = "VIDEO_NOT_RECOGNISED"
    # The file is text, or a playlist or script that refers to other files.
    VIDEO_FORBIDDEN_FORMAT = "VIDEO_FORBIDDEN_FORMAT"
    # The file has no video stream.
    VIDEO_NO_STREAM = "VIDEO_NO_STREAM"
    # The video has no frames.
    VIDEO_NO_FRAMES = "VIDEO_NO_FRAMES"
    # The video cannot be decoded.
    VIDEO_CORRUPT = "VIDEO_CORRUPT"
    # The video ends before its last frame.
    VIDEO_TRUNCATED = "VIDEO_TRUNCATED"
    # The video has more frames than this server accepts.
    VIDEO_TOO_LONG = "VIDEO_TOO_LONG"
    # The frames of the video are larger than this server accepts.
    VIDEO_TOO_LARGE = "VIDEO_TOO_LARGE"
    # The frames would be encoded at a larger size than this server accepts.
    INPUT_TOO_LARGE = "INPUT_TOO_LARGE"
    # The frames of the video differ in size.
    VIDEO_SIZE_CHANGES = "VIDEO_SIZE_CHANGES"
    # Decoding the video took longer than this server allows.
    VIDEO_TIMEOUT = "VIDEO_TIMEOUT"
    # The zip file cannot be read.
    ZIP_INVALID = "ZIP_INVALID"
    # The zip file has an entry with an unsafe name or type.
    ZIP_UNSAFE_ENTRY = "ZIP_UNSAFE_ENTRY"
    # The zip file inflates to more than this server accepts.
    ZIP_TOO_LARGE = "ZIP_TOO_LARGE"
    # The zip file holds both JPEG and PNG pictures.
    ZIP_MIXED_FORMATS = "ZIP_MIXED_FORMATS"
    # The zip file holds no JPEG or PNG frames.
    ZIP_NO_FRAMES = "ZIP_NO_FRAMES"
    # The frames of the zip file differ in size.
    FRAME_SIZE_MISMATCH = "FRAME_SIZE_MISMATCH"
    # A frame of the zip file cannot be decoded.
    FRAME_CORRUPT = "FRAME_CORRUPT"
    # The request has no mask.
    MASK_MISSING = "MASK_MISSING"
    # The mask is not a PNG file.
    MASK_NOT_PNG = "MASK_NOT_PNG"
    # The mask cannot be decoded.
    MASK_CORRUPT = "MASK_CORRUPT"
    # The mask has 16 bits per sample, and values that do not fit 8.
    MASK_BIT_DEPTH = "MASK_BIT_DEPTH"
    # The mask says that it is turned.
    MASK_ORIENTATION = "MASK_ORIENTATION"
    # The colours of the mask are not a few flat ones.
    MASK_COLOUR = "MASK_COLOUR"
    # The mask has shades that are neither background nor a class.
    MASK_NOT_BINARY = "MASK_NOT_BINARY"
    # The mask has no foreground.
    MASK_EMPTY = "MASK_EMPTY"
    # The mask has more classes than this server accepts.
    MASK_TOO_MANY_CLASSES = "MASK_TOO_MANY_CLASSES"
    # The mask is larger than this server accepts.
    MASK_TOO_LARGE = "MASK_TOO_LARGE"
    # The mask and the video differ in size.
    MASK_SIZE_MISMATCH = "MASK_SIZE_MISMATCH"
    # The annotations of another program cannot be read.
    ANNOTATIONS_INVALID = "ANNOTATIONS_INVALID"
    # The run has no masks.
    MASKS_NONE = "MASKS_NONE"
    # The run has no key points.
    KEYPOINTS_NONE = "KEYPOINTS_NONE"
    # The key points cannot be read.
    KEYPOINTS_INVALID = "KEYPOINTS_INVALID"
    # There is no key point.
    KEYPOINTS_EMPTY = "KEYPOINTS_EMPTY"
    # There are more key points than this server accepts.
    KEYPOINTS_TOO_MANY = "KEYPOINTS_TOO_MANY"
    # Something is missing of what is said about the key points of an object.
    KEYPOINTS_INCOMPLETE = "KEYPOINTS_INCOMPLETE"
    # The object has no such key point.
    KEYPOINT_UNKNOWN = "KEYPOINT_UNKNOWN"
    # A key point is named twice.
    KEYPOINT_DUPLICATE = "KEYPOINT_DUPLICATE"
    # The object is labelled with something else.
    OBJECT_KIND_MISMATCH = "OBJECT_KIND_MISMATCH"
    # The predictions do not fit the ground truth.
    EVALUATION_INVALID = "EVALUATION_INVALID"
    # The request has no model file.
    MODEL_MISSING = "MODEL_MISSING"
    # There is no such model or version.
    MODEL_NOT_FOUND = "MODEL_NOT_FOUND"
    # There is no stored file of this key.
    MODEL_SOURCE_NOT_FOUND = "MODEL_SOURCE_NOT_FOUND"
    # The file has another sha256 than stated.
    MODEL_DIGEST_MISMATCH = "MODEL_DIGEST_MISMATCH"
    # The same file is registered with another card.
    MODEL_CARD_CONFLICT = "MODEL_CARD_CONFLICT"
    # The version has not passed its validation.
    MODEL_VERSION_NOT_READY = "MODEL_VERSION_NOT_READY"
    # The version has passed its validation already.
    MODEL_VERSION_READY = "MODEL_VERSION_READY"
    # The version is in use.
    MODEL_IN_USE = "MODEL_IN_USE"
    # No worker has the version loaded.
    MODEL_NOT_LOADED = "MODEL_NOT_LOADED"
    # The model has no such alias.
    ALIAS_NOT_FOUND = "ALIAS_NOT_FOUND"
    # It has been changed since it was read.
    ALIAS_CONFLICT = "ALIAS_CONFLICT"
    # There is no previous version to return to.
    ALIAS_NO_PREVIOUS = "ALIAS_NO_PREVIOUS"
    # The masks that the model leads to are worse than this server accepts.
    MODEL_QUALITY = "MODEL_QUALITY"
    # The model is not a regular file.
    MODEL_NOT_REGULAR_FILE = "MODEL_NOT_REGULAR_FILE"
    # The model is a symbolic link.
    MODEL_SYMLINK = "MODEL_SYMLINK"
    # The model file has a second name.
    MODEL_HARDLINK = "MODEL_HARDLINK"
    # The model file is larger than this server accepts.
    MODEL_TOO_LARGE = "MODEL_TOO_LARGE"
    # The file does not begin as an ONNX model does.
    MODEL_NOT_ONNX = "MODEL_NOT_ONNX"
    # The model file ends before its content does.
    MODEL_TRUNCATED = "MODEL_TRUNCATED"
    # The model file is not a well-formed ONNX message.
    MODEL_MALFORMED = "MODEL_MALFORMED"
    # The model file claims a part larger than any accepted model.
    MODEL_LENGTH_CLAIM = "MODEL_LENGTH_CLAIM"
    # The model file nests protobuf groups.
    MODEL_NESTING = "MODEL_NESTING"
    # The structure of the model is larger than this server accepts.
    MODEL_TOO_COMPLEX = "MODEL_TOO_COMPLEX"
    # The model has more nodes than this server accepts.
    MODEL_TOO_MANY_NODES = "MODEL_TOO_MANY_NODES"
    # A name in the model is not valid text, or too long.
    MODEL_NAME_INVALID = "MODEL_NAME_INVALID"
    # The ONNX format version of the model is not supported.
    MODEL_IR_VERSION = "MODEL_IR_VERSION"
    # The operator set of the model is not supported.
    MODEL_OPSET = "MODEL_OPSET"
    # The model needs operators that ONNX does not define.
    MODEL_DOMAIN = "MODEL_DOMAIN"
    # The model has an operator that no encoder needs.
    MODEL_OPERATOR = "MODEL_OPERATOR"
    # The model has control flow.
    MODEL_CONTROL_FLOW = "MODEL_CONTROL_FLOW"
    # The model defines functions.
    MODEL_FUNCTIONS = "MODEL_FUNCTIONS"
    # The model carries training information.
    MODEL_TRAINING = "MODEL_TRAINING"
    # The weights of the model lie in another file.
    MODEL_EXTERNAL_DATA = "MODEL_EXTERNAL_DATA"
    # The model has sparse weights.
    MODEL_SPARSE = "MODEL_SPARSE"
    # The model has weights of a type that no encoder needs.
    MODEL_TENSOR_TYPE = "MODEL_TENSOR_TYPE"
    # The shape of a weight does not fit its data.
    MODEL_TENSOR_SIZE = "MODEL_TENSOR_SIZE"
    # The weights of the model are larger than this server accepts.
    MODEL_WEIGHTS_TOO_LARGE = "MODEL_WEIGHTS_TOO_LARGE"
    # An attribute in the model is not one that encoders need.
    MODEL_ATTRIBUTE = "MODEL_ATTRIBUTE"
    # An attribute in the model is larger than this server accepts.
    MODEL_ATTRIBUTE_TOO_LARGE = "MODEL_ATTRIBUTE_TOO_LARGE"
    # The graph of the model is not consistent.
    MODEL_GRAPH_INVALID = "MODEL_GRAPH_INVALID"
    # The model has another number of inputs than one.
    MODEL_INPUT_COUNT = "MODEL_INPUT_COUNT"
    # The input of the model is not float32.
    MODEL_INPUT_TYPE = "MODEL_INPUT_TYPE"
    # The input of the model is not a batch of images of free size.
    MODEL_INPUT_SHAPE = "MODEL_INPUT_SHAPE"
    # The model has another number of outputs than one.
    MODEL_OUTPUT_COUNT = "MODEL_OUTPUT_COUNT"
    # The output of the model is not float32.
    MODEL_OUTPUT_TYPE = "MODEL_OUTPUT_TYPE"
    # The output of the model is not patch features.
    MODEL_OUTPUT_SHAPE = "MODEL_OUTPUT_SHAPE"
    # A constant in the model asks for a huge tensor.
    MODEL_SHAPE_BOMB = "MODEL_SHAPE_BOMB"
    # The encoder card of the model is not valid.
    MODEL_CARD_INVALID = "MODEL_CARD_INVALID"
    # The model file is not the one that was inspected.
    MODEL_CHANGED = "MODEL_CHANGED"
    # The model cannot be loaded.
    MODEL_LOAD_FAILED = "MODEL_LOAD_FAILED"
    # The model fails on an image.
    MODEL_RUN_FAILED = "MODEL_RUN_FAILED"
    # The output of the model has another shape than its card says.
    MODEL_SHAPE = "MODEL_SHAPE"
    # The model gives features that are not finite numbers.
    MODEL_NOT_FINITE = "MODEL_NOT_FINITE"
    # The model gives features that cannot be compared.
    MODEL_FEATURES_INVALID = "MODEL_FEATURES_INVALID"
    # The model gives different features for the same image.
    MODEL_NOT_DETERMINISTIC = "MODEL_NOT_DETERMINISTIC"
    # The golden features of the model cannot be read.
    MODEL_GOLDEN_INVALID = "MODEL_GOLDEN_INVALID"
    # The model does not give its golden features.
    MODEL_GOLDEN_MISMATCH = "MODEL_GOLDEN_MISMATCH"
    # The model is slower than this server accepts.
    MODEL_TOO_SLOW = "MODEL_TOO_SLOW"
    # The model needs more memory than this server allows.
    MODEL_OUT_OF_MEMORY = "MODEL_OUT_OF_MEMORY"
    # The model takes longer than this server allows.
    MODEL_TIMEOUT = "MODEL_TIMEOUT"
    # The process that ran the model ended.
    MODEL_CRASHED = "MODEL_CRASHED"
    # There is no such training run.
    TRAINING_RUN_NOT_FOUND = "TRAINING_RUN_NOT_FOUND"
    # The training run has no such file.
    TRAINING_ARTIFACT_NOT_FOUND = "TRAINING_ARTIFACT_NOT_FOUND"
    # The training run has finished already.
    TRAINING_RUN_FINISHED = "TRAINING_RUN_FINISHED"
    # The training run has not finished yet.
    TRAINING_RUN_NOT_FINISHED = "TRAINING_RUN_NOT_FINISHED"
    # The settings of the training cannot be used.
    TRAINING_CONFIG_INVALID = "TRAINING_CONFIG_INVALID"
    # There is nothing to train on.
    TRAINING_DATA_MISSING = "TRAINING_DATA_MISSING"
    # The parent of the training has no checkpoint.
    TRAINING_PARENT_MISSING = "TRAINING_PARENT_MISSING"
    # The training filled the disk.
    TRAINING_DISK_FULL = "TRAINING_DISK_FULL"
    # The training needs more memory than there is.
    TRAINING_OUT_OF_MEMORY = "TRAINING_OUT_OF_MEMORY"
    # The loss of the training is not a finite number.
    TRAINING_NOT_FINITE = "TRAINING_NOT_FINITE"
    # The training process ended.
    TRAINING_CRASHED = "TRAINING_CRASHED"
    # The trained encoder cannot be exported.
    TRAINING_EXPORT_FAILED = "TRAINING_EXPORT_FAILED"
    # There is no trainer that can train.
    TRAINER_UNAVAILABLE = "TRAINER_UNAVAILABLE"
    # A stored file is damaged or of another kind.
    BLOB_INVALID = "BLOB_INVALID"
    # A stored file is missing.
    BLOB_MISSING = "BLOB_MISSING"
    # The encoder failed.
    ENCODER_FAILED = "ENCODER_FAILED"
    # This machine lacks the configured execution provider.
    EXECUTION_PROVIDER_UNAVAILABLE = "EXECUTION_PROVIDER_UNAVAILABLE"
    # The encoder gave features that cannot be used.
    FEATURES_INVALID = "FEATURES_INVALID"
    # The run has no such export.
    EXPORT_NOT_FOUND = "EXPORT_NOT_FOUND"
    # The export could not be made.
    EXPORT_FAILED = "EXPORT_FAILED"
    # The format has no room for what the run holds.
    EXPORT_IMPOSSIBLE = "EXPORT_IMPOSSIBLE"
    # The masks have changed while the export was made.
    EXPORT_OUTDATED = "EXPORT_OUTDATED"
    # The picture is not ready yet.
    PICTURE_NOT_READY = "PICTURE_NOT_READY"
    # The export is not ready yet.
    EXPORT_NOT_READY = "EXPORT_NOT_READY"
    # The storage has no room.
    STORAGE_FULL = "STORAGE_FULL"
    # A service that this request needs is not available.
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    # An unexpected error occurred.
    INTERNAL = "INTERNAL"
