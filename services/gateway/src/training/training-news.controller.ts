import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Subject } from 'rxjs';
import { SUBJECTS, type RunNews } from '@propago/contracts';

/** Ids of training runs that something happened to, for the event streams of this gateway. */
export const trainingNews = new Subject<string>();

@Controller()
export class TrainingNewsController {
  @EventPattern(SUBJECTS.training)
  training(@Payload() { runId }: RunNews): void {
    trainingNews.next(runId);
  }
}
