import { z } from 'zod';
import { ENCODER_INSTANCE_STATES } from './encoder-instances';
import { EXPORT_FORMAT_NAMES, EXPORT_STATES } from './exports';
import { OBJECT_KINDS, trackedKeypoints, VISIBILITIES } from './keypoints';
import { MODEL_STATES, trafficSplit } from './models';
import { propagationParameters } from './parameters';
import { RUN_END_STATES, RUN_STATES, SERVICES, STAGES, type Stage } from './stages';
import { TRAINING_END_STATES, trainingRequest } from './training';
import { WARNINGS, type WarningCode } from './warnings';
import { newWebhook, webhook, webhookDelivery, webhookDeliveryLog, webhookEvent } from './webhooks';

/** How far the frames of a video are known. */
export const VIDEO_STATES = ['pending', 'decoding', 'decoded', 'failed'] as const;
export type VideoState = (typeof VIDEO_STATES)[number];

const time = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const seconds = z.number().min(0);
const error = z.strictObject({
  code: z.string(),
  title: z.string().describe('One sentence for each code'),
  detail: z.string().nullable(),
});
const ofStages = <T extends z.ZodType>(schema: T) =>
  Object.fromEntries(STAGES.map((stage) => [stage, schema])) as Record<Stage, T>;

/** One page of a list. */
const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('`cursor` of the next page; null: this is the last one'),
  });
const listOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item) });

const timeBase = z.strictObject({ num: z.int(), den: z.int() }).describe('Seconds of one unit of a time stamp');

const pass = z.strictObject({
  direction: z.enum(['forward', 'backward']),
  fromFrame: count.describe('Of its prompt'),
  toFrame: count.nullable().describe('The last one in its direction; null: that of the video, which is not known yet'),
  objects: z.array(z.int()).describe('Ids of those that its prompt speaks of'),
  segments: z.strictObject({ done: count, total: count.nullable() }).describe('Pieces of work, of some frames each'),
});

const run = z.strictObject({
  id: z.uuid(),
  state: z.enum(RUN_STATES),
  name: z.string().nullable().describe('What its sender calls it'),
  tags: z.array(z.string()),
  progress: z
    .strictObject({
      frames: count.nullable(),
      ...ofStages(z.strictObject({ done: count, total: count.nullable() })),
    })
    .describe('Frames that each stage has done; totals are null until the video has been decoded to its end'),
  passes: z
    .array(pass)
    .describe('Propagations in one direction from one prompt each, whose labels are blended where they meet'),
  preset: z.string(),
  parameters: propagationParameters,
  revision: z.int().min(1).describe('Grows with every change of the prompts'),
  classIds: z.array(z.int().min(1).max(255)).describe('Its objects that have masks, by the value of their pixels'),
  encoder: z.strictObject({
    name: z.string(),
    version: z.int(),
    sha256,
    chosenBy: z.string().describe('`traffic:<alias>`, `alias:<alias>`, `version` or `digest`'),
  }),
  videoId: z.uuid().describe('Of the video that the run is on, for other runs and for pictures of its frames'),
  video: z.strictObject({
    sha256,
    bytes: count,
    fileName: z.string().nullable(),
    width: z.int().describe('Pixels, as shown: after rotation'),
    height: z.int(),
    codec: z.string(),
    rotation: z.number().describe('Degrees, clockwise, by which decoding turns the coded picture'),
    frameRate: z.number().nullable().describe('Average frames per second'),
    timeBase,
    frames: count.nullable(),
  }),
  inputSize: z.strictObject({ width: z.int(), height: z.int() }).describe('Of a frame as the encoder sees it'),
  timings: z.strictObject({
    acceptedAt: time,
    firstMaskAt: time.nullable(),
    finishedAt: time.nullable(),
    seconds: z.number().nullable().describe('From acceptedAt to finishedAt'),
    firstMaskSeconds: z.number().nullable(),
    stages: z.strictObject(ofStages(seconds)).describe('Seconds of work'),
  }),
  warnings: z
    .array(
      z.strictObject({ code: z.enum(Object.keys(WARNINGS) as [WarningCode, ...WarningCode[]]), detail: z.string() }),
    )
    .describe('What will probably disappoint although the run was accepted'),
  error: error.nullable(),
});

const frame = z.strictObject({
  index: count,
  pts: z.int().describe('Time stamp in units of the time base'),
  seconds: z.number(),
  keyFrame: z.boolean(),
  name: z.string().optional().describe('Of a frame of a zip'),
  confidence: z
    .number()
    .nullable()
    .describe(
      'Mean soft label of the winning class, or of a run without masks mean confidence of its points; null: nothing was found',
    ),
  revision: z.int().min(1).describe('Of the run, that this is of'),
  classes: z.array(
    z.strictObject({
      id: z.int(),
      area: count.describe('Pixels'),
      confidence: z.number().nullable(),
      drift: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe(
          'How much of the Jaccard index of this mask is expected to be missing; of masks made since it is told',
        ),
      rle: z
        .strictObject({ size: z.array(z.int()).length(2), counts: z.string() })
        .describe('COCO run lengths; size is height, width'),
    }),
  ),
  keypoints: z.array(trackedKeypoints).describe('Of objects that have key points'),
});

const timeline = z
  .strictObject({
    revision: z.int().min(1).describe('Of the run; frames of an earlier one will change'),
    frames: z.array(count).describe('Indices of the frames that have masks, ascending'),
    revisions: z.array(z.int()).describe('Of each of these frames: the revision that its mask is of'),
    objects: z.array(
      z.strictObject({
        id: z.int(),
        areas: z.array(count).describe('Pixels, for each of the frames; 0: the object is not there'),
        confidences: z
          .array(z.number().nullable())
          .describe('Mean soft label of the object, for each of the frames, to 4 decimal places'),
      }),
    ),
  })
  .describe('All frames of a run without their masks, in columns');
const video = z.strictObject({
  id: z.uuid(),
  fileName: z.string().nullable().describe('What its sender calls it'),
  isKept: z.boolean().describe('Sent by itself, for later runs; false: it came with a run, and goes with its last run'),
  createdAt: time,
  sha256,
  bytes: count,
  container: z.string(),
  codec: z.string(),
  width: z.int().describe('Pixels, as shown: after rotation'),
  height: z.int(),
  rotation: z.number().describe('Degrees, clockwise, by which decoding turns the coded picture'),
  frameRate: z.number().nullable().describe('Average frames per second'),
  timeBase,
  durationSeconds: z.number().nullable().describe('As its file says'),
  framesEstimated: count.nullable().describe('From its index, or duration and rate'),
  frames: count.nullable().describe('Null until it has been decoded to its end'),
  decoding: z.strictObject({
    state: z
      .enum(VIDEO_STATES)
      .describe('pending: nobody has asked for its frames yet; decoding: they become known one after the other'),
    frames: count.describe('That are known already'),
    error: error.nullable(),
  }),
  runs: count.describe('On this video'),
});

const videoFrame = z.strictObject({
  index: count,
  pts: z.int().describe('Time stamp in units of the time base'),
  seconds: z.number(),
  keyFrame: z.boolean(),
  name: z.string().optional().describe('Of a frame of a zip'),
});

const prompt = z.strictObject({
  frame: count,
  objects: z
    .array(
      z.strictObject({
        id: z.int(),
        isAbsent: z.boolean().describe('The prompt says that it is not on the frame'),
        points: z
          .array(
            z.strictObject({
              name: z.string(),
              x: z.number().nullable(),
              y: z.number().nullable(),
              visibility: z.enum(VISIBILITIES),
            }),
          )
          .optional()
          .describe('Of an object that has key points'),
      }),
    )
    .describe('Those that the prompt speaks of'),
});

const prompts = z.strictObject({
  revision: z.int().min(1).describe('Of the run; If-Match expects it'),
  items: z.array(prompt).describe('By frame'),
});

const suggestions = z.strictObject({
  revision: z.int().min(1).describe('Of the run whose masks were looked at'),
  frames: count.describe('How many frames have masks of this revision, and were looked at'),
  items: z
    .array(
      z.strictObject({
        frame: count,
        seconds: z.number().describe('When the frame is shown'),
        objects: z.array(z.int()).describe('Those that gain by it, the one that gains most first'),
        expectedGain: z
          .number()
          .min(0)
          .max(1)
          .describe('Expected rise of the mean Jaccard index over these frames and all objects'),
        reason: z.string().describe('What seems to be wrong, in words'),
      }),
    )
    .describe('The best first; each as if those before it had been corrected'),
});

const runObject = z.strictObject({
  id: z.int().min(1).max(254).describe('Of a mask the value of its pixels'),
  name: z.string().nullable(),
  kind: z.enum(OBJECT_KINDS),
  points: z.array(z.string()).optional().describe('Names of its key points, in their order'),
  skeleton: z.array(z.array(z.string()).length(2)).optional().describe('Pairs of key points that are joined by a line'),
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/)
    .describe('Of its pixels in masks and overlay, as #rrggbb'),
  isTracedBack: z.boolean().describe('Whether frames before its first prompt are labelled too'),
});

const promptImport = z.strictObject({
  revision: z.int().min(1).describe('Of the run, with the new prompts'),
  frames: z.array(count).describe('Those that have a prompt of the file now'),
  objects: z.array(runObject).describe('Those that the file speaks of on these frames; new ones were added to the run'),
});

const exported = z.strictObject({
  id: z.uuid(),
  runId: z.uuid(),
  state: z.enum(EXPORT_STATES),
  format: z.enum(EXPORT_FORMAT_NAMES),
  options: z.record(z.string(), z.unknown()).describe('Complete, with what is assumed of absent ones'),
  revision: z.int().min(1).describe('Of the run: the file holds what was true then'),
  isCurrent: z.boolean().describe('Whether the run is still at this revision'),
  progress: z.strictObject({ done: count, total: count }).describe('Frames'),
  file: z.strictObject({ mediaType: z.string(), bytes: count, sha256 }).nullable().describe('Null until it is ready'),
  isExact: z.boolean().describe('Whether the file gives every pixel of the masks back, or every place of the points'),
  cannotHold: z.array(z.string()).describe('What the format has no place for, in sentences'),
  loss: z
    .strictObject({
      masks: count.describe('How many were compared: each object on each frame that it is on'),
      meanJaccard: z.number().min(0).max(1).nullable(),
      lowest: z
        .strictObject({ jaccard: z.number().min(0).max(1), frame: count, object: z.int() })
        .nullable()
        .describe('The worst of all, and where it is'),
      withHoles: count.describe('Masks that have holes'),
      withParts: count.describe('Masks of more than one part'),
    })
    .nullable()
    .describe('Measured between the masks and what the file says of them; null where nothing is lost, or read back'),
  error: error.nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
});

const runEvent = run.pick({ state: true, revision: true, progress: true, passes: true, error: true }).extend({
  estimate: z
    .strictObject({
      framesPerSecond: z.number().min(0).describe('Masks for each second since the run was accepted'),
      secondsLeft: seconds.nullable().describe('Null until the number of frames is known'),
    })
    .nullable()
    .describe('Null before the first mask, and after the end'),
  exports: z
    .array(exported.pick({ id: true, format: true, state: true, progress: true }))
    .describe('The newest 20, newest first'),
});

const tensor = z.strictObject({ name: z.string(), datatype: z.string(), shape: z.array(z.int()) });

const alias = z.strictObject({
  name: z.string(),
  alias: z.string(),
  version: z.int(),
  previousVersion: z.int().nullable(),
  revision: z.int().describe('Expected by whoever changes the alias'),
  updatedAt: time,
});
const traffic = z.strictObject({ name: z.string(), split: trafficSplit, revision: z.int() });
const modelState = z.enum(MODEL_STATES);

const modelVersion = z.strictObject({
  name: z.string(),
  version: z.int(),
  state: modelState,
  phase: z.string().nullable().describe('What validation is doing, in words; null before and after it'),
  reasons: z.array(z.strictObject({ code: z.string(), detail: z.string() })).describe('Of a refusal'),
  sha256,
  bytes: count,
  aliases: z.array(z.string()),
  card: z.record(z.string(), z.unknown()).nullable().describe('Null until the file has been loaded once'),
  facts: z.record(z.string(), z.unknown()).describe('What was stated before validation'),
  report: z.record(z.string(), z.unknown()).nullable().describe('What validation measured'),
  provenance: z.record(z.string(), z.unknown()),
  createdBy: z.string(),
  createdAt: time,
  validatedAt: time.nullable(),
});

const model = z.strictObject({
  name: z.string(),
  aliases: z.array(alias),
  traffic,
  versions: z.array(modelVersion.pick({ version: true, state: true, sha256: true, createdAt: true })),
});

const shadowComparison = z.strictObject({
  shadowRunId: z.uuid(),
  runId: z.uuid(),
  createdAt: time,
  version: z.int(),
  sha256,
  baseVersion: z.int(),
  baseSha256: sha256,
  state: z.enum(RUN_END_STATES).nullable().describe('Null while it waits for the user’s run, or runs'),
  error: z.strictObject({ code: z.string(), detail: z.string().nullable() }).nullable(),
  comparison: z
    .strictObject({
      frames: count,
      meanJaccard: z.number().min(0).max(1).describe('Between the two masks, over frames and classes'),
      secondsPerFrame: seconds.nullable().describe('Of encoder work; null where it is not known any more'),
      baseSecondsPerFrame: seconds.nullable(),
      comparedAt: time,
    })
    .nullable(),
});

const share = z.number().min(0).max(1);
const runsOfVersion = {
  runs: count,
  succeeded: count,
  failed: count,
  failures: z.array(z.strictObject({ code: z.string().nullable(), runs: count })).describe('By error code'),
  confidence: share.nullable().describe('Mean over all frames in which something was found'),
  secondsPerFrame: seconds
    .nullable()
    .describe('Of encoder work, also where the features were there already; null where they are gone'),
};
const modelReport = z.strictObject({
  name: z.string(),
  traffic: z
    .strictObject({
      since: time
        .nullable()
        .describe('When the split was made, or the champion appointed; runs of before are left out'),
      parts: z.array(z.strictObject({ alias: z.string(), version: z.int(), ...runsOfVersion })),
    })
    .describe('Runs that named the model and were given a version by its traffic'),
  shadows: z.array(
    z
      .strictObject({
        version: z.int(),
        baseVersion: z.int().describe('Of the runs that users got'),
        since: time,
        compared: count,
        meanAgreement: share.nullable().describe('Jaccard index between the two masks, mean over compared runs'),
        ...runsOfVersion,
        baseConfidence: share.nullable(),
        baseSecondsPerFrame: seconds.nullable(),
        worst: z
          .array(z.strictObject({ runId: z.uuid(), shadowRunId: z.uuid(), agreement: share }))
          .describe('The runs whose masks differ most'),
      })
      .describe('Runs repeated with another version; confidence and seconds are those of compared runs'),
  ),
});

const limit = z.int().nullable().describe('Null: the configured limit');
const key = z.strictObject({
  id: z.uuid(),
  prefix: z.string().describe('The visible first part of the key'),
  tenant: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  requestsPerMinute: limit,
  maxActiveRuns: limit,
  maxStoredBytes: limit,
  createdAt: time,
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  lastUsedAt: time.nullable(),
});

const session = z.strictObject({
  access: z.enum(['keys', 'off']).describe('off: everybody may do everything, and nobody signs in'),
  key: z.strictObject({ name: z.string(), tenant: z.string(), scopes: z.array(z.string()) }),
  csrfToken: z.string().nullable().describe('Expected in X-CSRF-Token of whatever changes something; null: not needed'),
  hasAdmin: z.boolean().describe('Whether the admin API is at this address'),
  version: z.string().describe('Of the platform'),
});

const trainingRun = z.strictObject({
  id: z.uuid(),
  state: z.enum(['queued', 'running', 'cancelling', ...TRAINING_END_STATES]),
  ...trainingRequest.omit({ parent: true }).shape,
  parent: z.uuid().nullable(),
  createdBy: z.string(),
  starts: count.describe('Of the training process, the first included'),
  step: count.describe('The last one that was made'),
  steps: count.nullable(),
  phase: z
    .string()
    .nullable()
    .describe('What is being done, in words: loading textures, step 1: micro-batch 3 of 8, …'),
  warnings: z.array(z.string()).describe('What makes this training useless, and the way out; a sentence each'),
  error: error.nullable(),
  registered: z.strictObject({ name: z.string(), version: z.int().nullable() }).nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
});
const trainingArtifact = z.strictObject({
  name: z.string(),
  kind: z.enum(['checkpoint', 'encoder', 'picture', 'table']),
  step: count.nullable(),
  bytes: count,
  sha256,
  createdAt: time,
});

const worker = z.strictObject({
  service: z.enum(SERVICES),
  host: z.string(),
  pid: z.int().describe('Process id on that host, or in that container'),
  version: z.string().describe('Of the platform'),
  revision: z.string().describe('Git revision that it was built from, or unknown'),
  startedAt: time,
  encoders: z
    .array(
      z.strictObject({
        sha256,
        name: z.string().nullable().describe('As in `name:version`; null where the version is not registered any more'),
        state: z.enum(ENCODER_INSTANCE_STATES),
        reason: z.string().nullable(),
      }),
    )
    .describe('What a features worker has loaded, or is loading'),
});

const removed = z.strictObject({ blobs: count, bytes: count });

/** The JSON of every successful answer of the HTTP API, by the name that it has in the OpenAPI document. */
export const ANSWERS = {
  Run: run,
  RunPage: pageOf(run),
  RunEvent: runEvent,
  FramePage: pageOf(frame).extend({ timeBase }),
  Timeline: timeline,
  Video: video,
  VideoPage: pageOf(video),
  VideoFramePage: pageOf(videoFrame)
    .extend({ timeBase, frames: video.shape.frames, decoding: video.shape.decoding })
    .describe('While it is being decoded `next` may be null although more will follow: go on after the last index'),
  PromptList: prompts,
  PromptImport: promptImport,
  SuggestionList: suggestions,
  RunObject: runObject,
  RunObjectList: listOf(runObject),
  Export: exported,
  ExportList: listOf(exported),
  Model: model,
  ModelList: listOf(model),
  ModelIndex: listOf(z.strictObject({ name: z.string(), version: z.string(), state: modelState, reason: z.string() })),
  ModelVersion: modelVersion,
  ModelVersionList: listOf(modelVersion),
  ModelAlias: alias,
  ModelAliasList: listOf(alias),
  ModelTraffic: traffic,
  ModelAuditPage: pageOf(
    z.strictObject({
      id: z.int(),
      at: time,
      actor: z.string(),
      action: z.string(),
      name: z.string(),
      version: z.int().nullable(),
      details: z.record(z.string(), z.unknown()),
    }),
  ),
  ModelMetadata: z.strictObject({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: z.array(tensor),
    outputs: z.array(tensor),
  }),
  ModelReady: z.strictObject({ name: z.string(), version: z.string(), ready: z.literal(true) }),
  ModelReport: modelReport,
  ShadowComparisonPage: pageOf(shadowComparison),
  Key: key,
  KeyPage: pageOf(key),
  Session: session,
  NewKey: key.extend({ key: z.string().describe('The key itself; only this answer holds it') }),
  Webhook: webhook,
  WebhookList: listOf(webhook),
  NewWebhook: newWebhook,
  WebhookEvent: webhookEvent,
  WebhookDelivery: webhookDelivery,
  WebhookDeliveryPage: pageOf(webhookDelivery),
  WebhookDeliveryLog: webhookDeliveryLog,
  TrainingRun: trainingRun,
  TrainingRunPage: pageOf(trainingRun),
  TrainingEvent: z.strictObject({
    run: trainingRun,
    metrics: z.array(
      z.strictObject({
        kind: z
          .enum(['train', 'evaluation', 'skipped'])
          .describe('train: as it goes; at the end also the scores, and which files were skipped and why'),
        step: count,
        values: z.record(z.string(), z.unknown()),
        at: time,
      }),
    ),
  }),
  TrainingArtifactList: listOf(trainingArtifact),
  GarbageCollection: z.strictObject({
    dryRun: z.boolean().describe('Whether everything was only counted'),
    expiredRuns: z.array(z.uuid()),
    expiredVideos: z.array(z.uuid()).describe('Without runs'),
    features: removed.describe('Features of runs that have ended'),
    frames: removed.describe('Decoded frames that no unfinished run has yet to encode'),
    exports: removed,
    pictures: removed.describe('Of frames of videos'),
    orphans: z.record(z.string(), removed).describe('By the first part of their keys'),
    kept: z
      .array(removed.extend({ what: z.string().describe('The first part of the keys'), why: z.string() }))
      .describe('What stays, by kind and reason'),
  }),
  WorkerList: listOf(worker),
  Live: z.strictObject({ live: z.literal(true) }),
  Ready: z.strictObject({
    ready: z.literal(true),
    dependencies: z.record(z.string(), z.string()),
    version: z.string().describe('Of the platform'),
    revision: z.string().describe('Git revision that this service was built from, or unknown'),
  }),
} as const satisfies Record<string, z.ZodType>;

export type AnswerName = keyof typeof ANSWERS;
export type AnswerOf<Name extends AnswerName> = z.output<(typeof ANSWERS)[Name]>;

/** Where the schema of an answer stands in the OpenAPI document. */
export const answerAddress = (name: string): string => `#/components/schemas/${name}`;

/** All answers as JSON schemas that refer to one another by `answerAddress`. */
export function answerSchemas(): Record<string, object> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(ANSWERS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: answerAddress,
    override: ({ jsonSchema }) => simplify(jsonSchema),
  });
  // They are parts of one document, which says once what they are.
  const isPart = ([keyword]: [string, unknown]) => keyword !== '$id' && keyword !== '$schema';
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, Object.fromEntries(Object.entries(schema).filter(isPart))]),
  );
}

/**
 * Makes a schema one that every generator of clients reads, in place: without what a reader knows anyway (the pattern of
 * a format, and that integers are exact), and with tuples of one type as lists of fixed length.
 */
export function simplify(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.prefixItems) {
    const { length } = schema.prefixItems;
    Object.assign(schema, { items: schema.prefixItems[0], minItems: length, maxItems: length });
    delete schema.prefixItems;
  }
  if (schema.format) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
