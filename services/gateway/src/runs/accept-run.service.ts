import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CodedError, SUBJECTS, type EncoderAnswer, type EncoderQuestion } from '@propago/contracts';
import { holdModelVersion, type Prisma } from '@propago/database';
import type { EncoderCard } from '@propago/encoder';
import { NextSteps } from '@propago/pipeline';
import { CONFIG, News, type ConfigOf } from '@propago/runtime';
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
import { VideosService } from '../videos/videos.service';
import type { RunUpload } from './upload.service';

/** The video of a run, and what is known of it. */
interface ChosenVideo {
  source: RunUpload['video'];
  sha256: string;
  bytes: number;
  probe: VideoProbe;
}

interface Checked {
  video: ChosenVideo;
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
    private readonly news: News,
    private readonly next: NextSteps,
    private readonly enqueue: EnqueueService,
    private readonly quota: QuotaService,
    private readonly shadows: ShadowRunService,
    private readonly prompts: StoredPrompts,
    private readonly videos: VideosService,
  ) {}

  /**
   * @returns the id of the committed run
   * @throws CodedError of whatever is wrong with options, mask, video or encoder, or QUOTA_RUNS, QUOTA_BYTES; nothing
   *   is left behind then
   */
  async accept(upload: RunUpload, claim: Claim, caller: Caller): Promise<{ runId: string; replayed: boolean }> {
    const before = claim.recall(fingerprintOf(upload));
    if (before) return { ...before, replayed: true };
    const runId = randomUUID();
    const checked = await this.check(runId, upload, caller);
    try {
      const labels = await this.labelsOf(runId, upload, checked);
      await this.commit(runId, upload, { ...checked, labels }, { claim, caller });
    } catch (error) {
      await this.prompts.deleteOf(runId);
      throw error;
    }
    const { video, encoder, sets } = checked;
    await this.enqueue.nowOrLater(runId, this.next.runAccepted(sets.featureSet));
    // A shadow is compared by its masks.
    const hasMasks = upload.labels.prompts.some(({ said }) =>
      said.some((one) => 'png' in one || 'shapes' in one || one.rle || one.polygons),
    );
    if (hasMasks && encoder.shadow && upload.options.parsed.shadow) {
      this.shadows.add({ runId, parameters: upload.options.parsed.parameters, video }, encoder.shadow);
    }
    return { runId, replayed: false };
  }

  private async check(runId: string, upload: RunUpload, caller: Caller): Promise<Checked> {
    const encoder = await this.news.ask<EncoderQuestion, EncoderAnswer<EncoderCard>>(SUBJECTS.encoder, {
      encoder: upload.options.parsed.encoder,
      runId,
    });
    const video = await this.chosen(upload.video, caller);
    const { parameters } = upload.options.parsed;
    return { video, encoder, sets: runSetsOf({ video, parameters }, encoder.card, this.config) };
  }

  /** What the request says, in storage. */
  private async labelsOf(runId: string, upload: RunUpload, { video, encoder, sets }: Checked): Promise<FirstLabels> {
    const seen = {
      encoder: encoder.card,
      rule: upload.options.parsed.parameters.inputSize,
      input: sets.frameSet,
      maxInputPixels: this.config.MAX_INPUT_PIXELS,
    };
    const canvas = { frames: video.probe, fit: upload.labels.fit, limits: maskLimits(this.config) };
    const { MAX_KEYPOINTS: mostPoints } = this.config;
    return firstLabels(upload.labels, { canvas, seen, mostPoints }, (drawn, palette) =>
      this.prompts.store(runId, drawn, palette),
    );
  }

  /** @throws CodedError VIDEO_NOT_FOUND, and of whatever is wrong with a video that came with the request */
  private async chosen(source: RunUpload['video'], caller: Caller): Promise<ChosenVideo> {
    if (!('id' in source)) return { source, ...source, probe: await this.videos.probe(source) };
    const { video } = await this.videos.find(source.id, caller);
    return { source, sha256: video.sha256, bytes: Number(video.bytes), probe: video.probe as unknown as VideoProbe };
  }

  private async commit(
    runId: string,
    upload: RunUpload,
    { video, encoder, sets, labels }: Checked & { labels: FirstLabels },
    { claim, caller }: Sender,
  ): Promise<void> {
    const options = upload.options.parsed;
    await this.withVideo(video, caller, async (transaction, videoId) => {
      if (!(await holdModelVersion(transaction, encoder))) {
        throw new CodedError('ENCODER_UNKNOWN', `The encoder ${encoder.name}:${encoder.version} was just removed.`);
      }
      const prompted = [...labels.prompts, ...labels.keypointPrompts].map(({ frame }) => frame);
      await assertHasFrames(transaction, video.sha256, prompted);
      await keepSets(transaction, sets);
      await transaction.run.create({
        data: {
          id: runId,
          tenant: caller.tenant,
          apiKeyId: caller.keyId,
          featureSetId: sets.featureSet.id,
          videoId,
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
    });
  }

  /** Does something in a transaction in which the video is there for a run more, and the tenant may have it. */
  private async withVideo(
    { source, bytes, probe }: ChosenVideo,
    caller: Caller,
    work: (transaction: Prisma.TransactionClient, videoId: string) => Promise<void>,
  ): Promise<void> {
    if ('id' in source) {
      return this.videos.withOwn(source.id, caller, async (transaction, { id, isKept }) => {
        const runs = await transaction.run.count({ where: { videoId: id, deletedAt: null } });
        // A video that is kept is counted once already.
        const moreBytes = isKept && runs === 0 ? 0 : bytes;
        await this.quota.assertRoom(transaction, caller, { moreBytes, wants: 'run' });
        await transaction.uploadedVideo.updateMany({ where: { id, openedAt: null }, data: { openedAt: new Date() } });
        await work(transaction, id);
      });
    }
    return this.videos.withContent(source, probe, async (transaction) => {
      await this.quota.assertRoom(transaction, caller, { moreBytes: bytes, wants: 'run' });
      const { id } = await this.videos.add(transaction, source, { caller, isKept: false });
      await work(transaction, id);
    });
  }
}

function fingerprintOf({ video, labels, options }: RunUpload): string {
  const named = 'id' in video ? `id ${video.id}` : video.uploadId ? `upload ${video.uploadId}` : video.sha256;
  const hash = createHash('sha256').update(`${named}\n${options.text}\n`);
  for (const { frame, said } of labels.prompts) {
    for (const one of said) hash.update(`${frame} `).update('png' in one ? one.png : JSON.stringify(one));
  }
  return hash.update(JSON.stringify([labels.objects, labels.fit])).digest('hex');
}
