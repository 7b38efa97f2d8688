import { z } from 'zod';
import type { ErrorCode } from './errors';

/** What becomes of a registered version; the last two stay until it is validated again or deleted. */
export const MODEL_STATES = ['REGISTERED', 'VALIDATING', 'READY', 'REJECTED'] as const;
export type ModelState = (typeof MODEL_STATES)[number];

/** Words that stand where a model's name does in the addresses of the admin API. */
const RESERVED_NAMES = new Set(['index', 'audit']);

/** No `:`, `@` or `/`: they part a name from its version, alias and verb. */
export const modelName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'expected 1 to 100 of A-Z a-z 0-9 . _ -, beginning with a letter or digit',
  )
  .refine((name) => !RESERVED_NAMES.has(name), 'this name is reserved');

export const aliasName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected 1 to 32 of a-z 0-9 -, beginning with a letter');

/** Aliases that mean something to the platform; others are free names. */
export const CHAMPION = 'champion';
export const CANARY = 'canary';
export const SHADOW = 'shadow';

/** Which share of the runs that name a model, and nothing more, goes to which of its aliases. */
export const trafficSplit = z
  .array(z.strictObject({ alias: aliasName, percent: z.int().min(0).max(100) }))
  .min(1)
  .max(10)
  .refine((split) => split.reduce((sum, { percent }) => sum + percent, 0) === 100, 'the percentages must sum to 100')
  .refine((split) => new Set(split.map(({ alias }) => alias)).size === split.length, 'an alias stands twice');
export type TrafficSplit = z.infer<typeof trafficSplit>;

/** Where a version comes from; what no field fits goes into `note`. */
export const modelProvenance = z.strictObject({
  trainingRun: z.string().max(200).optional(),
  gitRevision: z.string().max(200).optional(),
  data: z.string().max(2000).optional(),
  metrics: z.record(z.string().max(100), z.number()).optional(),
  note: z.string().max(4000).optional(),
});
export type ModelProvenance = z.infer<typeof modelProvenance>;

/** Why a version was refused. */
export interface ModelReason {
  code: ErrorCode;
  detail: string;
}

/** Question: which encoder version a run will use. */
export interface EncoderQuestion {
  /**
   * `name` (its traffic split), `name@alias`, `name:3`, or a sha256 or unique prefix of one of at least 6 digits; the
   * default model when absent.
   */
  encoder?: string;
  /** Decides which part of a traffic split the run belongs to. */
  runId: string;
}

export interface EncoderVersion<Card> {
  name: string;
  version: number;
  sha256: string;
  card: Card;
}

/** The version for the whole run. */
export interface EncoderAnswer<Card> extends EncoderVersion<Card> {
  /** `traffic:<alias>`, `alias:<alias>`, `version` or `digest`. */
  chosenBy: string;
  /** The version to compare with, where the run left the choice to the model's traffic and has another version. */
  shadow?: EncoderVersion<Card>;
}

/**
 * Question: a change of the registry, by whom. The revision of an alias or a split is the number of the audit entry that
 * made it; `expectedRevision` 0 means that there must be none yet.
 */
export type ModelChange = { actor: string; name: string } & (
  | {
      what: 'register';
      /** Blob key of the file, which is moved away unless it is known already. */
      upload: string;
      sha256: string;
      bytes: number;
      /** Facts of the encoder card that the file does not state itself. */
      facts: Record<string, unknown>;
      provenance: ModelProvenance;
    }
  | { what: 'validate' | 'delete'; version: number }
  | { what: 'alias'; alias: string; version: number; expectedRevision?: number }
  | { what: 'alias-delete'; alias: string; expectedRevision?: number }
  | { what: 'promote'; expectedRevision?: number }
  | { what: 'rollback'; alias: string; expectedRevision?: number }
  | { what: 'traffic'; split: TrafficSplit; expectedRevision?: number }
);

/** The version that a change was about; null where it was about none. */
export interface ModelChanged {
  name: string;
  version: number | null;
}

/** Event: something of a model is not what it was. Whoever needs to know more looks into Postgres. */
export interface ModelNews {
  name: string;
  version?: number;
  sha256?: string;
  what: ModelChange['what'] | 'validated';
}
