import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Subject } from 'rxjs';
import { SUBJECTS, type RunNews } from '@propago/contracts';

/** Ids of runs that something happened to, for the event streams of this gateway. */
export const runNews = new Subject<string>();

@Controller()
export class RunNewsController {
  @EventPattern(SUBJECTS.progress)
  progress(@Payload() { runId }: RunNews): void {
    runNews.next(runId);
  }

  @EventPattern(SUBJECTS.state)
  state(@Payload() { runId }: RunNews): void {
    runNews.next(runId);
  }

  @EventPattern(SUBJECTS.cancel)
  cancelled(@Payload() { runId }: RunNews): void {
    runNews.next(runId);
  }
}
