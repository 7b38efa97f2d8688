import { Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module';
import { TrainingArtifactsController } from './training-artifacts.controller';
import { TrainingEventsController } from './training-events.controller';
import { TrainingNewsController } from './training-news.controller';
import { TrainingRunsController } from './training-runs.controller';
import { TrainingRunsService } from './training-runs.service';

/** The admin API of training runs. */
@Module({
  imports: [AccessModule],
  controllers: [TrainingRunsController, TrainingArtifactsController, TrainingEventsController, TrainingNewsController],
  providers: [TrainingRunsService],
})
export class TrainingModule {}
