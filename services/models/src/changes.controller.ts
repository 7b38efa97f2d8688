import { Controller, Inject } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SUBJECTS, type ModelChange, type ModelChanged } from '@propago/contracts';
import { answer, LOGGER, News, type Logger } from '@propago/runtime';
import { Aliases } from './aliases.service';
import { VersionChanges } from './version-changes.service';

/** The one door for changes of the registry; who may ask for them is the gateway's matter. */
@Controller()
export class ChangesController {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly versions: VersionChanges,
    private readonly aliases: Aliases,
    private readonly news: News,
  ) {}

  @MessagePattern(SUBJECTS.modelChange, { queue: 'models' })
  change(@Payload() change: ModelChange) {
    return answer(this.logger, async () => {
      const changed = await this.apply(withoutNulls(change));
      this.news.model({ name: changed.name, version: changed.version ?? undefined, what: change.what });
      return changed;
    });
  }

  private apply(change: ModelChange): Promise<ModelChanged> {
    switch (change.what) {
      case 'register':
        return this.versions.register(change);
      case 'validate':
        return this.versions.validate(change);
      case 'delete':
        return this.versions.remove(change);
      case 'alias':
        return this.aliases.set(change);
      case 'alias-delete':
        return this.aliases.remove(change);
      case 'promote':
        return this.aliases.promote(change);
      case 'rollback':
        return this.aliases.rollback(change);
      case 'traffic':
        return this.aliases.setTraffic(change);
    }
  }
}

/** What is absent comes over NATS as null. */
function withoutNulls(change: ModelChange): ModelChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== null)) as ModelChange;
}
