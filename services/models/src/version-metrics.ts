import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { Database } from '@propago/database';
import { ifKnown } from '@propago/pipeline';

/** Which version each alias names, for dashboards: joined by sha256 with what the workers measure. */
@Injectable()
export class VersionMetrics {
  constructor(registry: Registry, database: Database) {
    new Gauge({
      name: 'propago_model_version_info',
      help: '1 for the version that an alias of a model names.',
      labelNames: ['name', 'alias', 'version', 'sha256'],
      registers: [registry],
      collect() {
        return ifKnown(this, async () => {
          const aliases = await database.modelAlias.findMany();
          const which = aliases.map(({ name, version }) => ({ name, version }));
          const versions = await database.modelVersion.findMany({
            where: { OR: which },
            select: { name: true, version: true, sha256: true },
          });
          this.reset();
          for (const { name, alias, version } of aliases) {
            const named = versions.find((entry) => entry.name === name && entry.version === version);
            this.set({ name, alias, version: String(version), sha256: named?.sha256 ?? '' }, 1);
          }
        });
      },
    });
  }
}
