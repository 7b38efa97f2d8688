import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SUBJECTS, type EncoderQuestion } from '@propago/contracts';
import { answer } from '@propago/runtime';
import { EncoderChoice } from './encoder-choice.service';

/** Answers which encoder version a run will use, before it is accepted. */
@Controller()
export class EncoderController {
  constructor(private readonly choice: EncoderChoice) {}

  @MessagePattern(SUBJECTS.encoder, { queue: 'models' })
  encoder(@Payload() { encoder, runId }: EncoderQuestion) {
    // What is absent comes over NATS as null.
    return answer(() => this.choice.choose({ encoder: encoder ?? undefined, runId }));
  }
}
