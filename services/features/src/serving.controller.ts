import { Controller, Inject, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { ENCODER_HEARTBEAT_MS, SUBJECTS } from '@propago/contracts';
import { Database } from '@propago/database';
import { CONFIG, LOGGER, type ConfigOf, type Logger } from '@propago/runtime';
import { ServedEncoders } from './served-encoders';
import { wantedEncoders } from './wanted-encoders';

/** Learns which versions to have loaded: at once by news, which may be lost, and by looking now and then. */
@Controller()
export class ServingController implements OnApplicationBootstrap, OnModuleDestroy {
  private heartbeat: NodeJS.Timeout | undefined;
  private lookout: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private lookAgain = false;
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: ConfigOf<'features'>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly database: Database,
    private readonly encoders: ServedEncoders,
  ) {}

  onApplicationBootstrap(): void {
    this.heartbeat = setInterval(() => void this.encoders.beat(), ENCODER_HEARTBEAT_MS);
    this.lookout = setInterval(() => this.look(), this.config.MODELS_LOOK_SECONDS * 1000);
    this.look();
  }

  onModuleDestroy(): void {
    this.stopped = true;
    clearInterval(this.heartbeat);
    clearInterval(this.lookout);
  }

  @EventPattern(SUBJECTS.models)
  changed(): void {
    this.look();
  }

  /** One look at a time; what changes meanwhile is looked at once more. */
  private look(): void {
    this.lookAgain = true;
    this.looking ??= this.lookUntilSettled().finally(() => (this.looking = undefined));
  }

  private async lookUntilSettled(): Promise<void> {
    while (this.lookAgain && !this.stopped) {
      this.lookAgain = false;
      try {
        const { wanted, needed } = await wantedEncoders(this.database);
        await this.encoders.keep(wanted, needed);
      } catch (error) {
        // Postgres is away: what is loaded stays.
        this.logger.warn({ err: error }, 'encoder versions not looked up');
      }
    }
  }
}
