import { Injectable } from '@nestjs/common';
import { CodedError, ERRORS, type ErrorCode, type RunState, type Stage } from '@propago/contracts';
import { Database, type Prisma } from '@propago/database';
import type { VideoProbe } from '@propago/video';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const INCLUDE = {
  outcome: true,
  labelSegments: { select: { index: true, kernelSeconds: true } },
  resultSegments: { select: { index: true, seconds: true, storedAt: true } },
  featureSet: {
    include: {
      video: true,
      frameTable: true,
      // Without the time stamps: a run of 20,000 frames is looked at several times a second.
      frameSegments: { select: { index: true, frameCount: true, decodeSeconds: true } },
      featureSegments: { select: { index: true, encoderSeconds: true } },
    },
  },
} satisfies Prisma.RunInclude;

type FullRun = Prisma.RunGetPayload<{ include: typeof INCLUDE }>;

/** Frames done of a stage; total is null until the video has been decoded to its end. */
export interface StageProgress {
  done: number;
  total: number | null;
}

/** A run as the API shows it, put together from what each stage has stored. */
@Injectable()
export class RunViewService {
  constructor(private readonly database: Database) {}

  /** @throws CodedError RUN_NOT_FOUND */
  async get(id: string) {
    return viewOf(await this.find(id));
  }

  /** State and progress only: what the event stream sends. */
  async snapshot(id: string) {
    const { state, progress, error } = viewOf(await this.find(id));
    return { state, progress, error };
  }

  /** Newest first. @param cursor id of the last run of the page before */
  async list(limit: number, cursor?: string) {
    const runs = await this.database.run.findMany({
      where: { deletedAt: null },
      include: INCLUDE,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit + 1,
      ...(cursor ? { cursor: { id: cursor }, skip: 1 } : {}),
    });
    const items = runs.slice(0, limit);
    return { items: items.map(viewOf), next: runs.length > limit ? items.at(-1)!.id : null };
  }

  /** @throws CodedError RUN_NOT_FOUND */
  async mustExist(id: string): Promise<void> {
    const found = UUID.test(id) && (await this.database.run.count({ where: { id, deletedAt: null } }));
    if (!found) throw notFound(id);
  }

  private async find(id: string): Promise<FullRun> {
    const run = UUID.test(id)
      ? await this.database.run.findFirst({ where: { id, deletedAt: null }, include: INCLUDE })
      : null;
    if (!run) throw notFound(id);
    return run;
  }
}

export function isRunId(text: string): boolean {
  return UUID.test(text);
}

function notFound(id: string): CodedError {
  return new CodedError('RUN_NOT_FOUND', `There is no run ${id}.`);
}

function viewOf(run: FullRun) {
  const { featureSet, outcome } = run;
  const probe = featureSet.video.probe as unknown as VideoProbe;
  const firstMaskAt = run.resultSegments.find(({ index }) => index === 0)?.storedAt ?? null;
  const seconds = (until: Date | null | undefined) =>
    until ? (until.getTime() - run.createdAt.getTime()) / 1000 : null;
  return {
    id: run.id,
    state: stateOf(run),
    progress: progressOf(run),
    preset: run.preset,
    parameters: run.parameters,
    classIds: run.classIds,
    encoder: { name: run.encoderName, sha256: run.encoderSha256 },
    video: {
      sha256: featureSet.videoSha256,
      bytes: Number(featureSet.video.bytes),
      fileName: featureSet.video.fileName,
      width: probe.width,
      height: probe.height,
      codec: probe.codec,
      rotation: probe.rotation,
      frameRate: probe.frameRate,
      timeBase: probe.timeBase,
      frames: featureSet.frameTable?.frameCount ?? null,
    },
    inputSize: { width: featureSet.inputWidth, height: featureSet.inputHeight },
    timings: {
      acceptedAt: run.createdAt,
      firstMaskAt,
      finishedAt: outcome?.finishedAt ?? null,
      seconds: seconds(outcome?.finishedAt),
      firstMaskSeconds: seconds(firstMaskAt),
      stages: {
        ingest: sum(featureSet.frameSegments, 'decodeSeconds'),
        features: sum(featureSet.featureSegments, 'encoderSeconds'),
        propagation: sum(run.labelSegments, 'kernelSeconds'),
        results: sum(run.resultSegments, 'seconds'),
      },
    },
    error: errorOf(outcome),
  };
}

function stateOf({ outcome, cancelRequestedAt, featureSet }: FullRun): RunState {
  if (outcome) return outcome.state as RunState;
  if (cancelRequestedAt) return 'cancelling';
  return featureSet.frameSegments.length > 0 ? 'running' : 'queued';
}

function progressOf({ featureSet, labelSegments, resultSegments }: FullRun) {
  const frames = featureSet.frameTable?.frameCount ?? null;
  const lengths = new Map(featureSet.frameSegments.map(({ index, frameCount }) => [index, frameCount]));
  const stage = (segments: { index: number }[]): StageProgress => ({
    done: segments.reduce((total, { index }) => total + (lengths.get(index) ?? 0), 0),
    total: frames,
  });
  const stages: Record<Stage, StageProgress> = {
    ingest: stage(featureSet.frameSegments),
    features: stage(featureSet.featureSegments),
    propagation: stage(labelSegments),
    results: stage(resultSegments),
  };
  return { frames, ...stages };
}

function errorOf(outcome: FullRun['outcome']) {
  if (!outcome?.errorCode) return null;
  const title = ERRORS[outcome.errorCode as ErrorCode]?.title ?? outcome.errorCode;
  return { code: outcome.errorCode, title, detail: outcome.errorDetail };
}

function sum<K extends string>(rows: Record<K, number>[], key: K): number {
  return rows.reduce((total, row) => total + row[key], 0);
}
