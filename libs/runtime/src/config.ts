import { availableParallelism } from 'node:os';
import { z } from 'zod';

/** Whole numbers as they come from the environment. */
const whole = (low: number, high: number, fallback: number) =>
  z.coerce.number().int().min(low).max(high).default(fallback);

/** The same where what is not given is found out later. */
const wholeOrFound = (low: number, high: number) => z.coerce.number().int().min(low).max(high).optional();

/** A number as it comes from the environment. */
const floor = (low: number, high: number, fallback: number) => z.coerce.number().min(low).max(high).default(fallback);

/** What every service reads. Names are those of the environment. */
export const serviceEnvironment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).describe('PostgreSQL: the truth'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .describe('Redis for the Bull queues; maxmemory-policy must be noeviction'),
  NATS_URL: z.url({ protocol: /^(nats|tls)$/ }).describe('NATS for news and questions'),
  STORAGE_URL: z
    .url({ protocol: /^(file|s3)$/ })
    .describe('Blobs: file:///folder or s3://bucket/prefix?endpoint=…&region=…'),
  STORAGE_MIN_FREE_BYTES: wholeOrFound(0, Number.MAX_SAFE_INTEGER).describe(
    'Uploads must leave so much of the disk free; by default 1 GiB, or 5 % of the disk where that is less. S3 has no disk',
  ),
  STORAGE_COPIES_BYTES: whole(0, Number.MAX_SAFE_INTEGER, 2 ** 31).describe(
    'Copies of videos that a process keeps of S3 on its own disk for the next who needs them; unused ones go beyond this',
  ),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PORT: whole(0, 65535, 8080).describe('Port for HTTP: the API of the gateway, health and metrics of every service'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default('bull')
    .describe('First part of the queues’ Redis keys'),
  QUEUE_LOCK_SECONDS: z.coerce
    .number()
    .min(1)
    .max(600)
    .default(15)
    .describe('A worker silent for so long is taken for dead, and its job goes to another'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('OpenTelemetry collector (OTLP over HTTP) for traces; without it none leave the process'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1).describe('Share of the requests that are traced'),
  SHUTDOWN_SECONDS: whole(0, 600, 20).describe('On SIGTERM, running jobs have so long to finish'),
  REVISION: z
    .string()
    .optional()
    .describe('Git revision of this code, for metrics and the provenance of models; that of the clone by default'),
});

// Read by libs/video, where the one ffmpeg wrapper is; named here so that they are documented.
const videoTools = {
  FFMPEG_PATH: z.string().optional().describe('Absolute path of ffmpeg; found on PATH by default'),
  FFPROBE_PATH: z.string().optional().describe('Absolute path of ffprobe; found on PATH by default'),
};

/** Variables whose default is the number of processors. */
const MACHINE_DEPENDENT = new Set(['ENCODER_THREADS', 'KERNEL_THREADS']);

const maxModelBytes = whole(1, 2 ** 31, 1_610_612_736).describe('Size of a registered encoder file');
const reconcileSeconds = z.coerce.number().min(0.1).max(3600).default(5).describe('Between two looks for lost work');

const limits = {
  MAX_FRAMES: whole(1, 1_000_000, 20_000).describe('Frames of a video'),
  MAX_SIDE: whole(32, 16_384, 4096).describe('Longer side of a frame, px'),
};

const webhooks = {
  WEBHOOKS_ALLOW: z
    .string()
    .regex(/^([0-9a-fA-F.:]+\/\d{1,3}(,[0-9a-fA-F.:]+\/\d{1,3})*)?$/, 'expected networks such as 10.0.0.0/8,fd00::/8')
    .default('')
    .describe(
      'Networks that webhooks may reach, over http too, beside all public addresses over https; such as 10.0.0.0/8,fd00::/8',
    ),
  WEBHOOK_TIMEOUT_SECONDS: floor(0.1, 60, 15).describe('A receiver has so long to answer'),
  WEBHOOK_RETRY_SECONDS: floor(0.01, 3600, 5).describe(
    'Pause before a failed delivery is tried again; each later one is twice as long as it has been tried, at most 8 hours',
  ),
  WEBHOOK_GIVE_UP_HOURS: floor(0.001, 720, 72).describe('A delivery is given up so long after its event'),
  WEBHOOK_DISABLE_HOURS: floor(0.001, 8760, 120).describe(
    'A webhook is disabled when nothing has got through for so long',
  ),
  WEBHOOK_LOG_DAYS: floor(0.01, 3650, 30).describe('Deliveries are shown so long after their end'),
  MAX_WEBHOOKS: whole(1, 1000, 20).describe('Webhooks of a tenant'),
};

const gatewayFields = serviceEnvironment.extend({
  MAX_UPLOAD_BYTES: whole(1, Number.MAX_SAFE_INTEGER, 2_000_000_000).describe('Size of an uploaded video'),
  UPLOAD_EXPIRY_HOURS: floor(0.0001, 720, 24).describe(
    'An upload in pieces (tus) is removed so long after its last piece, unless something was made of it',
  ),
  MAX_CLASSES: whole(1, 254, 64).describe('Classes of a mask, without the background'),
  MAX_KEYPOINTS: whole(1, 4096, 256).describe('Key points of all objects of a run together'),
  SEGMENT_FRAMES: whole(1, 256, 8).describe('Frames of a segment; never changes a result'),
  MAX_MODEL_BYTES: maxModelBytes,
  MAX_INPUT_PIXELS: whole(1, Number.MAX_SAFE_INTEGER, 1_000_000).describe(
    'Of a frame as the encoder sees it; memory of features and propagation workers grows with it',
  ),
  FEATURE_PRECISION: z.enum(['float16', 'float32']).default('float16').describe('Of stored features'),
  ...limits,
  ACCESS: z
    .enum(['keys', 'off'])
    .default('keys')
    .describe('Whether requests need an API key; off is for private platforms and needs a loopback HOST'),
  KEY_SECRET: z
    .string()
    .min(32)
    .optional()
    .describe('Server secret of the stored digests of API keys, 32 characters or more; needed where ACCESS is keys'),
  ADMIN_API: z.enum(['on', 'off']).default('off').describe('Whether the routes below /v1/admin are there'),
  ADMIN_PORT: whole(0, 65535, 0).describe('Port of its own for the admin API, which is then there only; 0: PORT'),
  RATE_LIMIT_PER_MINUTE: whole(1, 1_000_000, 600).describe('Requests of a key, unless the key has a limit of its own'),
  MAX_ACTIVE_RUNS: whole(1, 1_000_000, 100).describe('Runs of a key that have not ended, unless it has its own limit'),
  MAX_STORED_BYTES: whole(1, Number.MAX_SAFE_INTEGER, 1_000_000_000_000).describe(
    'Bytes of the exports, soft labels and videos of a tenant, each video counted once for each run on it, unless the key has its own limit',
  ),
  ...webhooks,
});

/** Addresses that only this machine reaches. */
const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

// Said together with all other problems, so each looks at its own fields only, whatever is wrong with the rest.
const whatever = { when: () => true };

export const gatewayEnvironment = gatewayFields
  .refine(({ ACCESS, HOST }) => ACCESS !== 'off' || isLoopback(HOST), {
    path: ['ACCESS'],
    error: 'off lets everybody in, so HOST must be a loopback address',
    ...whatever,
  })
  .refine(({ ACCESS, KEY_SECRET }) => ACCESS === 'off' || KEY_SECRET !== undefined, {
    path: ['KEY_SECRET'],
    error: 'is needed where ACCESS is keys; 32 random bytes in base64 will do',
    ...whatever,
  })
  .refine(({ ADMIN_API, ADMIN_PORT, PORT }) => !ADMIN_PORT || (ADMIN_API === 'on' && ADMIN_PORT !== PORT), {
    path: ['ADMIN_PORT'],
    error: 'must differ from PORT, and needs ADMIN_API=on',
    ...whatever,
  });

export const ingestEnvironment = serviceEnvironment.extend({
  INGEST_CONCURRENCY: whole(1, 64, 2).describe('Videos decoded at once'),
  PICTURES_CONCURRENCY: whole(1, 64, 2).describe(
    'Frame tables and pictures of frames made at once for people who look, beside the runs',
  ),
  MAX_SEGMENTS_AHEAD: whole(1, 64, 2).describe(
    'Segments of a video that may be decoded and encoded ahead of their propagation',
  ),
  DECODE_TIMEOUT_SECONDS: whole(1, 86_400, 3600).describe('Wall clock for decoding one video'),
  ...limits,
  ...videoTools,
});

export const featuresEnvironment = serviceEnvironment.extend({
  EXECUTION_PROVIDER: z.enum(['cpu', 'cuda', 'tensorrt', 'webgpu']).default('cpu'),
  DEVICE_ID: whole(0, 64, 0).describe('GPU of the execution provider'),
  ENCODER_THREADS: whole(1, 256, availableParallelism()).describe(
    'Threads of the encoder; the number of processors by default',
  ),
  ENCODER_BATCH: whole(0, 64, 0).describe(
    'Frames per run of an encoder on a GPU; 0: what is fastest, measured when it is loaded',
  ),
  MAX_LOADED_ENCODERS: whole(2, 64, 5).describe(
    'Encoder versions loaded at once, each in a process; one more while one replaces another',
  ),
  WARMUP_SIZES: z
    .string()
    .regex(/^(none|[1-9]\d{1,4}x[1-9]\d{1,4}(,[1-9]\d{1,4}x[1-9]\d{1,4})*)$/)
    .default('854x480')
    .describe('Sizes of frames that an encoder version must run on before it counts as loaded, or none'),
  MODELS_LOOK_SECONDS: z.coerce
    .number()
    .min(0.1)
    .max(3600)
    .default(10)
    .describe('Between two looks at which encoder versions are to be loaded; news come sooner'),
});

export const propagationEnvironment = serviceEnvironment.extend({
  PROPAGATION_CONCURRENCY: whole(1, 64, 2).describe('Runs propagated at once'),
  KERNEL_THREADS: whole(1, 256, availableParallelism()).describe(
    'Threads of the affinity kernel; the number of processors by default',
  ),
  PROPAGO_AFFINITY: z.string().default('auto').describe('Backend of the affinity kernel; auto takes the fastest'),
});

export const resultsEnvironment = serviceEnvironment.extend({
  RESULTS_CONCURRENCY: whole(1, 64, 2).describe('Segments made into masks at once'),
  EXPORTS_CONCURRENCY: whole(1, 64, 1).describe('Exports made at once, beside the masks'),
  HOUSEKEEPING_CONCURRENCY: whole(1, 64, 2).describe('Deleted runs removed and shadow runs compared at once'),
  RECONCILE_SECONDS: reconcileSeconds,
  JANITOR_MINUTES: z.coerce.number().min(0.01).max(1440).default(10).describe('Between two rounds of the janitor'),
  RUN_RETENTION_DAYS: z.coerce
    .number()
    .min(0)
    .default(30)
    .describe('Runs are removed so long after their end, with all their results; 0 keeps them'),
  VIDEO_RETENTION_DAYS: z.coerce
    .number()
    .min(0)
    .default(30)
    .describe('Videos without runs are removed so long after they were sent; 0 keeps them'),
  CACHE_RETENTION_HOURS: z.coerce
    .number()
    .min(0)
    .default(24)
    .describe(
      'Decoded frames, features, pictures and exports, which can be made again, are kept so long after their last use',
    ),
  CACHE_MAX_BYTES: wholeOrFound(0, Number.MAX_SAFE_INTEGER).describe(
    'Frames and features kept for later runs on the same video; above this the least recently used go. By default 20 GiB, or a fifth of the disk where that is less; 0 is without limit',
  ),
  DECODE_TIMEOUT_SECONDS: whole(1, 86_400, 3600).describe('Wall clock for one overlay'),
  ...limits,
  ...videoTools,
});

export const modelsEnvironment = serviceEnvironment.extend({
  ENCODERS: z
    .string()
    .default('')
    .describe('ONNX files to register at start, trusted, separated by commas; the first is the default model'),
  DEFAULT_MODEL: z
    .string()
    .optional()
    .describe('What runs that name no encoder use: name, name@alias, name:version or sha256; by default see ENCODERS'),
  RECONCILE_SECONDS: reconcileSeconds,
  MAX_MODEL_BYTES: maxModelBytes,
  VALIDATION_CPU_SECONDS: whole(1, 86_400, 900).describe('Processor time of one process that validates a model'),
  VALIDATION_WALL_SECONDS: whole(1, 86_400, 900).describe('Wall clock of one process that validates a model'),
  VALIDATION_MAX_MEMORY_MB: whole(64, 1_000_000, 4096).describe('Memory of a process that validates a model'),
  VALIDATION_MAX_FRAME_SECONDS: floor(1e-6, 3600, 30).describe('Of the encoder for one frame of 480p'),
  VALIDATION_MAX_SLOWDOWN: floor(0.1, 1e6, 5).describe('How many times slower than its champion a version may be'),
  VALIDATION_MIN_QUALITY: floor(0, 1, 0.35).describe(
    'J&F on the probe clips, 0 to 1; untrained encoders reach 0.25, see docs/adr/0005',
  ),
  VALIDATION_MAX_QUALITY_DROP: floor(0, 1, 0.05).describe('How much less J&F than its champion a version may have'),
});

export const trainerEnvironment = serviceEnvironment.extend({
  RECONCILE_SECONDS: reconcileSeconds,
  TRAINER_PYTHON: z
    .string()
    .optional()
    .describe('Python that has the packages of services/trainer; by default that of npm run test:trainer'),
  TRAINER_GPUS: z
    .string()
    .regex(/^(\d{1,2}(,\d{1,2})*)?$/)
    .default('')
    .describe(
      'GPUs to train on, separated by commas, one run at a time on each; without any one run, on what PyTorch finds',
    ),
  TRAINER_WORK: z.string().optional().describe('Folder for running trainings; that of temporary files by default'),
  TRAINING_DATA: z.string().optional().describe('Folder below which requests may name videos; none by default'),
  TRAINING_MAX_RESTARTS: whole(0, 1000, 3).describe('Starts after a crash that got no further than the one before'),
  TRAINING_MAX_MEMORY_MB: whole(0, 10_000_000, 0).describe(
    'Memory of a training process; 0 is without limit, which CUDA needs',
  ),
  TRAINING_STOP_SECONDS: whole(1, 3600, 300).describe('So long a cancelled training may save before it is killed'),
});

export const ENVIRONMENTS = {
  gateway: gatewayEnvironment,
  ingest: ingestEnvironment,
  features: featuresEnvironment,
  propagation: propagationEnvironment,
  results: resultsEnvironment,
  models: modelsEnvironment,
  trainer: trainerEnvironment,
} as const;

export type ServiceName = keyof typeof ENVIRONMENTS;
export type ServiceConfig = z.infer<typeof serviceEnvironment>;
export type ConfigOf<S extends ServiceName> = z.infer<(typeof ENVIRONMENTS)[S]>;

/**
 * The configuration of a service.
 * @throws Error that lists every problem at once
 */
export function readConfig<S extends ServiceName>(
  service: S,
  environment: NodeJS.ProcessEnv = process.env,
): ConfigOf<S> {
  return parse(ENVIRONMENTS[service], service, environment) as ConfigOf<S>;
}

/** What creating the first admin key needs. */
export const bootstrapKeyEnvironment = gatewayFields.pick({ DATABASE_URL: true, KEY_SECRET: true }).required();

/** The configuration of the program that creates the first admin key. @throws Error that lists every problem at once */
export function readBootstrapKeyConfig(environment: NodeJS.ProcessEnv = process.env) {
  return parse(bootstrapKeyEnvironment, 'bootstrap-key', environment);
}

function parse<T extends z.ZodType>(schema: T, name: string, environment: NodeJS.ProcessEnv): z.output<T> {
  const parsed = schema.safeParse(withoutEmpty(environment));
  if (parsed.success) return parsed.data;
  const problems = sentencesOf(parsed.error).map((sentence) => `  ${sentence}`);
  throw new Error(`The configuration of ${name} is not valid:\n${problems.join('\n')}`);
}

/**
 * What is wrong with the settings of several services, each said once.
 * @returns sentences such as `PORT: Too big: expected number to be <=65535`
 */
export function problemsOfSettings(services: { service: ServiceName; environment: NodeJS.ProcessEnv }[]): string[] {
  const problems = services.flatMap(({ service, environment }) => {
    const { error } = ENVIRONMENTS[service].safeParse(withoutEmpty(environment));
    return error ? sentencesOf(error) : [];
  });
  return [...new Set(problems)];
}

const withoutEmpty = (environment: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));

const sentencesOf = (error: z.ZodError): string[] =>
  error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);

/** Variables that are secret as a whole. */
const SECRETS = new Set(['KEY_SECRET']);

/** The configuration for a log line: secrets, and passwords in addresses, are masked. */
export function maskedConfig(config: ServiceConfig): Record<string, unknown> {
  const mask = (name: string, value: unknown) => {
    if (typeof value !== 'string') return value;
    return SECRETS.has(name) ? '***' : value.replace(/(:\/\/[^:@/]*:)[^@/]*@/, '$1***@');
  };
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, mask(name, value)]));
}

/** The text of `.env.example`: every variable of every service, with its default. */
export function environmentExample(): string {
  const seen = new Set<string>();
  const lines = [
    '# Every variable that the services read. Written from libs/runtime/src/config.ts: npm run env:example',
  ];
  for (const [title, schema] of [['every service', serviceEnvironment], ...Object.entries(ENVIRONMENTS)] as const) {
    const fields = Object.entries(schema.shape).filter(([name]) => !seen.has(name));
    if (fields.length === 0) continue;
    lines.push('', `## ${title}`);
    for (const [name, field] of fields) {
      seen.add(name);
      if (field.description) lines.push(`# ${field.description}`);
      const { success: optional, data } = field.safeParse(undefined);
      const fallback = MACHINE_DEPENDENT.has(name) ? '' : (data ?? '');
      lines.push(`${optional ? '# ' : ''}${name}=${optional ? fallback : ''}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
