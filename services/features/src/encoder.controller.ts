import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SUBJECTS, type EncoderQuestion } from '@propago/contracts';
import { answer, CONFIG, type ConfigOf } from '@propago/runtime';
import { EncoderLibrary } from './encoder-library';

/** Answers which encoder a run will use, before it is accepted. */
@Controller()
export class EncoderController {
  constructor(
    private readonly library: EncoderLibrary,
    @Inject(CONFIG) private readonly config: ConfigOf<'features'>,
  ) {}

  @MessagePattern(SUBJECTS.encoder, { queue: 'features' })
  encoder(@Payload() { encoder }: EncoderQuestion) {
    return answer(async () => ({
      card: await this.library.find(encoder ?? undefined),
      precision: this.config.FEATURE_PRECISION,
    }));
  }
}
