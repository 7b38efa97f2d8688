import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SUBJECTS, type ProbeQuestion } from '@propago/contracts';
import { answer, CONFIG, LOGGER, STORAGE, type BlobStore, type ConfigOf, type Logger } from '@propago/runtime';
import { openVideoSource } from '@propago/video';
import { videoLimits } from './video-limits';

/** Answers what an uploaded file is, before a run on it is accepted. */
@Controller()
export class ProbeController {
  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'ingest'>,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(STORAGE) private readonly storage: BlobStore,
  ) {}

  @MessagePattern(SUBJECTS.probe, { queue: 'ingest' })
  probe(@Payload() { blobKey, sha256 }: ProbeQuestion) {
    return answer(this.logger, () =>
      this.storage.withLocalFile(
        blobKey,
        async (file) => (await openVideoSource(file, videoLimits(this.config))).probe,
        { content: sha256 },
      ),
    );
  }
}
