import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import {
  blobKeys,
  CodedError,
  SUBJECTS,
  type EncoderAnswer,
  type EncoderQuestion,
  type ProbeQuestion,
} from '@propago/contracts';
import { Database, holdModelVersion, lockVideo, type Prisma } from '@propago/database';
import type { EncoderCard } from '@propago/encoder';
import { NextSteps } from '@propago/pipeline';
import { CONFIG, News, STORAGE, type BlobStore, type ConfigOf } from '@propago/runtime';
import { currentTraceparent } from '@propago/tracing';
import type { VideoProbe } from '@propago/video';
import type { Caller } from '../access/caller';
import { QuotaService } from '../access/quota.service';
import { assertHasFrames } from '../prompts/frames-of-video';
import { StoredPrompts } from '../prompts/stored-prompts.service';
import { EnqueueService } from './enqueue.service';
import { keepSets, runSetsOf, type RunSets } from './feature-set';
import type { Claim } from '../http/idempotency.service';
import { firstLabels, type FirstLabels } from './first-labels';
import { maskLimits } from './mask-limits';
import { ShadowRunService } from './shadow-run.service';
import type { RunUpload } from './upload.service';

interface Checked {
  probe: VideoProbe;
  encoder: EncoderAnswer<EncoderCard>;
  sets: RunSets;
}

/** Who sent a request, and its Idempotency-Key. */
interface Sender {
  caller: Caller;
  claim: Claim;
}

/** Checks everything that can be known of a request, and commits the run. After that it will reach one terminal state. */
@Injectable()
export class AcceptRunService {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'gateway'>,
    @Inject(STORAGE) private readonly storage: BlobStore,
    private readonly database: Database,
    private readonly news: News,
    private readonly next: NextSteps,
    private readonly enqueue: EnqueueService,
    private readonly quota: QuotaService,
    private readonly shadows: ShadowRunService,
    private readonly prompts: StoredPrompts,
  ) {}

  /**
   * @returns the id of the committed run
   * @throws CodedError of whatever is wrong with options, prompts, video or encoder, or QUOTA_RUNS, QUOTA_BYTES; nothing
   *   is left behind then
   */
  async accept(upload: RunUpload, claim: Claim, caller: Caller): Promise<{ runId: string; replayed: boolean }> {
    const before = claim.recall(fingerprintOf(upload));
    if (before) return { ...before, replayed: true };
    const runId = randomUUID();
    const checked = await this.check(runId, upload);
    try {
      const labels = await this.labelsOf(runId, upload, checked);
      await this.commit(runId, upload, { ...checked, labels }, { claim, caller });
    } catch (error) {
      await this.prompts.deleteOf(runId);
      throw error;
    }
    const { probe, encoder, sets } = checked;
    await this.enqueue.nowOrLater(runId, this.next.runAccepted(sets.featureSet));
    // A shadow is compared by its masks.
    const hasMasks = upload.labels.prompts.some(({ said }) =>
      said.some((one) => 'png' in one || one.rle || one.polygons),
    );
    if (hasMasks && encoder.shadow && upload.options.parsed.shadow)
      this.shadows.add({ runId, upload, probe }, encoder.shadow);
    return { runId, replayed: false };
  }

  private async check(runId: string, upload: RunUpload): Promise<Checked> {
    const encoder = await this.news.ask<EncoderQuestion, EncoderAnswer<EncoderCard>>(SUBJECTS.encoder, {
      encoder: upload.options.parsed.encoder,
      runId,
    });
    const probe = await this.news.ask<ProbeQuestion, VideoProbe>(SUBJECTS.probe, { blobKey: upload.video.key });
    const sets = runSetsOf(upload, { probe, card: encoder.card }, this.config);
    return { probe, encoder, sets };
  }

  /** What the request says, in storage. */
  private async labelsOf(runId: string, upload: RunUpload, { probe, encoder, sets }: Checked): Promise<FirstLabels> {
    const seen = {
      encoder: encoder.card,
      rule: upload.options.parsed.parameters.inputSize,
      input: sets.frameSet,
      maxInputPixels: this.config.MAX_INPUT_PIXELS,
    };
    const canvas = { frames: probe, fit: upload.labels.fit, limits: maskLimits(this.config) };
    const { MAX_KEYPOINTS: mostPoints } = this.config;
    return firstLabels(upload.labels, { canvas, seen, mostPoints }, (drawn, palette) =>
      this.prompts.store(runId, drawn, palette),
    );
  }

  private async commit(
    runId: string,
    upload: RunUpload,
    checked: Checked & { labels: FirstLabels },
    sender: Sender,
  ): Promise<void> {
    const { claim, caller } = sender;
    const { probe, encoder, sets, labels } = checked;
    const options = upload.options.parsed;
    const { sha256, bytes, fileName } = upload.video;
    const videoKey = blobKeys.video(sha256);
    try {
      await this.database.$transaction(
        async (transaction) => {
          await lockVideo(transaction, sha256);
          if (!(await holdModelVersion(transaction, encoder))) {
            throw new CodedError('ENCODER_UNKNOWN', `The encoder ${encoder.name}:${encoder.version} was just removed.`);
          }
          if (!(await this.storage.stat(videoKey))) await this.storage.move(upload.video.key, videoKey);
          const video = {
            sha256,
            bytes,
            blobKey: videoKey,
            probe: probe as unknown as Prisma.InputJsonObject,
          };
          await transaction.video.upsert({ where: { sha256 }, create: video, update: {} });
          await keepSets(transaction, sets);
          const prompted = [...labels.prompts, ...labels.keypointPrompts].map(({ frame }) => frame);
          await assertHasFrames(transaction, sha256, prompted);
          await this.quota.assertRoom(transaction, caller, bytes);
          const { tenant, keyId: apiKeyId } = caller;
          const uploaded = await transaction.uploadedVideo.create({
            data: {
              id: randomUUID(),
              tenant,
              apiKeyId,
              videoSha256: sha256,
              fileName,
              isKept: false,
              openedAt: new Date(),
            },
          });
          await transaction.run.create({
            data: {
              id: runId,
              tenant,
              apiKeyId,
              featureSetId: sets.featureSet.id,
              videoId: uploaded.id,
              palette: Buffer.from(labels.palette),
              objects: { create: labels.objects },
              prompts: { create: labels.prompts },
              keypointPrompts: { create: labels.keypointPrompts },
              traceparent: currentTraceparent(),
              name: options.name,
              tags: options.tags,
              preset: options.preset,
              parameters: options.parameters,
              encoderName: encoder.name,
              encoderVersion: encoder.version,
              encoderSha256: encoder.sha256,
              encoderChosenBy: encoder.chosenBy,
              warnings: labels.warnings.map(({ code, detail }) => ({ code, detail })),
            },
          });
          await claim.remember(transaction, { runId });
        },
        { timeout: 60_000, maxWait: 60_000 },
      );
    } catch (error) {
      await this.removeOrphan(sha256);
      throw error;
    }
  }

  /** The file of a video that no row knows, because its transaction was rolled back after the file was moved. */
  private async removeOrphan(sha256: string): Promise<void> {
    await this.database.$transaction(async (transaction) => {
      await lockVideo(transaction, sha256);
      if (!(await transaction.video.count({ where: { sha256 } }))) await this.storage.delete(blobKeys.video(sha256));
    });
  }
}

function fingerprintOf({ video, labels, options }: RunUpload): string {
  const hash = createHash('sha256').update(`${video.sha256}\n${options.text}\n`);
  for (const { frame, said } of labels.prompts) {
    for (const one of said) hash.update(`${frame} `).update('png' in one ? one.png : JSON.stringify(one));
  }
  return hash.update(JSON.stringify([labels.objects, labels.fit])).digest('hex');
}
