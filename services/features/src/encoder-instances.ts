import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from '@propago/database';
import type { EncoderReport } from './loaded-encoders';

/** Rows of workers that died are removed by any other one after this time. */
const FORGOTTEN_AFTER = '10 minutes';

/**
 * What this worker has loaded, as rows that everybody can read. Whether a row is fresh is told by the clock of Postgres,
 * so that no two machines' clocks need to agree.
 */
export class EncoderInstances {
  readonly worker = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  private writing: Promise<void> = Promise.resolve();

  /** @param report what to write, asked when the turn has come */
  constructor(
    private readonly database: Database,
    private readonly report: () => EncoderReport[],
  ) {}

  /** Makes the rows of this worker those of its report, with the present time. One after the other. */
  write(): Promise<void> {
    const written = this.writing.then(() => this.store(this.report()));
    this.writing = written.catch(() => {});
    return written;
  }

  private async store(reports: EncoderReport[]): Promise<void> {
    const { worker } = this;
    const sha256s = reports.map(({ sha256 }) => sha256);
    const states = reports.map(({ state }) => state);
    const reasons = reports.map(({ reason }) => reason);
    await this.database.$transaction([
      this.database.$executeRaw`
        DELETE FROM "EncoderInstance"
        WHERE (worker = ${worker} AND sha256 <> ALL(${sha256s}::text[]))
           OR "updatedAt" < (now() AT TIME ZONE 'utc') - ${FORGOTTEN_AFTER}::interval`,
      this.database.$executeRaw`
        INSERT INTO "EncoderInstance" (worker, sha256, state, reason, "updatedAt")
        SELECT ${worker}, sha256, state, reason, now() AT TIME ZONE 'utc'
        FROM unnest(${sha256s}::text[], ${states}::text[], ${reasons}::text[]) AS loaded (sha256, state, reason)
        ON CONFLICT (worker, sha256) DO UPDATE
        SET state = excluded.state, reason = excluded.reason, "updatedAt" = excluded."updatedAt"`,
    ]);
  }
}
