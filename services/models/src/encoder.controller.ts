import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SUBJECTS, type EncoderQuestion } from '@propago/contracts';
import { answer, LOGGER, type Logger } from '@propago/runtime';
import { EncoderChoice } from './encoder-choice.service';

/** Answers which encoder version a run will use, before it is accepted. */
@Controller()
export class EncoderController {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly choice: EncoderChoice,
  ) {}

  @MessagePattern(SUBJECTS.encoder, { queue: 'models' })
  encoder(@Payload() { encoder, runId }: EncoderQuestion) {
    // What is absent comes over NATS as null.
    return answer(this.logger, () => this.choice.choose({ encoder: encoder ?? undefined, runId }));
  }
}
