import {
  BeforeApplicationShutdown,
  Controller,
  Inject,
  OnApplicationBootstrap,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { Logger } from 'pino';
import { QUEUES_OF, SUBJECTS, type QueueName, type Stage } from '@propago/contracts';
import { NextSteps, Queues, StageMetrics, StageRunner, type StageHandler } from '@propago/pipeline';
import type { ServiceConfig } from './config';
import { Rounds } from './rounds';
import { CONFIG, LOGGER, STAGE_HANDLERS } from './tokens';

/** A cancel message may be lost, as NATS was away or this process was frozen; the database says the same. */
const UNWANTED_CHECK_MS = 5000;

/** Works on the queues that this process is for. */
@Controller()
export class StagesController implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private runners: StageRunner<QueueName>[] = [];
  private readonly rounds: Rounds;

  constructor(
    @Inject(CONFIG) private readonly config: ServiceConfig,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(STAGE_HANDLERS) private readonly handlers: StageHandler[],
    private readonly queues: Queues,
    private readonly next: NextSteps,
    private readonly metrics: StageMetrics,
  ) {
    const name = 'jobs that no run wants';
    this.rounds = new Rounds(() => this.abortUnwanted(), { name, everyMs: UNWANTED_CHECK_MS, logger });
  }

  onApplicationBootstrap(): void {
    this.runners = this.handlers.map(
      (handler) => new StageRunner(handler, this.queues, this.next, this.metrics, this.logger),
    );
    for (const runner of this.runners) runner.start();
    this.rounds.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.rounds.stop();
    await Promise.all(this.runners.map((runner) => runner.drain(this.config.SHUTDOWN_SECONDS)));
  }

  @EventPattern(SUBJECTS.cancel)
  cancelled(): Promise<void> {
    return this.abortUnwanted();
  }

  private async abortUnwanted(): Promise<void> {
    await Promise.all(this.runners.map((runner) => runner.abortUnwanted()));
  }
}

/**
 * What a service's module is made of to have its queues worked on.
 * @param needs what the handlers and controllers are injected with
 */
export function stageWork(
  handlers: Type<StageHandler>[],
  needs: Type[] = [],
  controllers: Type[] = [],
): Required<Pick<ModuleMetadata, 'controllers' | 'providers'>> {
  const list = { provide: STAGE_HANDLERS, useFactory: (...instances: StageHandler[]) => instances, inject: handlers };
  return { controllers: [StagesController, ...controllers], providers: [...handlers, list, ...needs] };
}

/** @throws Error that says which handler is missing or surplus */
export function assertHandlers(service: string, handlers: readonly Pick<StageHandler, 'stage'>[]): void {
  const expected = QUEUES_OF[service as Stage] ?? [];
  const given = handlers.map(({ stage }) => stage);
  for (const stage of expected) {
    const count = given.filter((other) => other === stage).length;
    if (count !== 1) {
      throw new Error(
        `${service} has ${count} handlers for the queue '${stage}' and needs one: ` +
          `give it to stageWork in services/${service}/src/${service}.module.ts.`,
      );
    }
  }
  const surplus = given.find((stage) => !(expected as readonly string[]).includes(stage));
  if (surplus) throw new Error(`${service} has a handler for the queue '${surplus}', which is not its own.`);
}
