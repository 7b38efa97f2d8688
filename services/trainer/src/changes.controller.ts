import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SUBJECTS, type TrainingChange, type TrainingChanged } from '@propago/contracts';
import { answer, LOGGER, News, type Logger } from '@propago/runtime';
import { TrainingRuns } from './training-runs.service';

/** The one door for changes of training runs; who may ask for them is the gateway's matter. */
@Controller()
export class ChangesController {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly runs: TrainingRuns,
    private readonly news: News,
  ) {}

  @MessagePattern(SUBJECTS.trainingChange, { queue: 'trainer' })
  change(@Payload() change: TrainingChange) {
    return answer(this.logger, async (): Promise<TrainingChanged> => {
      const runId = await this.apply(change);
      this.news.training(runId);
      return { runId };
    });
  }

  private async apply(change: TrainingChange): Promise<string> {
    if (change.what === 'start') return this.runs.start(change.request, change.actor);
    await this.runs[change.what](change.runId);
    return change.runId;
  }
}
