import { Injectable } from '@nestjs/common';
import { CodedError } from '@propago/contracts';
import { Database, type Prisma } from '@propago/database';

const HEARTBEAT_MS = 10_000;
/** A request that has not been renewed for so long died with its gateway; its key is free again. */
const ABANDONED_MS = 60_000;
/** How long an answer is kept. */
const KEPT_MS = 24 * 3600_000;
const MAX_KEY_LENGTH = 255;

/** Of an accepted run. */
export interface StoredAnswer {
  runId: string;
}

/** What a request with an Idempotency-Key may do with its record. */
export interface Claim<Answer = StoredAnswer> {
  /** Whether an answer is there already, for this request or another one with its key. */
  isReplay: boolean;
  /**
   * @param fingerprint digest of the whole request
   * @returns the answer of the same request sent before
   * @throws CodedError IDEMPOTENCY_KEY_REUSED when the key was used for another request
   */
  recall(fingerprint: string): Answer | undefined;
  /** Keeps the answer in the transaction that does the work: both are committed, or neither. */
  remember(transaction: Prisma.TransactionClient, answer: Answer): Promise<void>;
}

const NO_CLAIM: Claim<unknown> = { isReplay: false, recall: () => undefined, remember: async () => {} };

/** Keys of different tenants have nothing to do with each other. */
interface RecordId {
  tenant: string;
  key: string;
}

/** Repeated requests with one Idempotency-Key get one answer, for a day. Failed requests are not remembered: they may be repeated. */
@Injectable()
export class IdempotencyService {
  constructor(private readonly database: Database) {}

  /**
   * @param key the header's value; without one the work is simply done
   * @throws CodedError IDEMPOTENCY_KEY_IN_PROGRESS, IDEMPOTENCY_KEY_REUSED, REQUEST_INVALID, or what the work throws
   */
  async once<T, Answer = StoredAnswer>(
    tenant: string,
    key: string | undefined,
    work: (claim: Claim<Answer>) => Promise<T>,
  ): Promise<T> {
    if (key === undefined) return work(NO_CLAIM as Claim<Answer>);
    if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
      throw new CodedError('REQUEST_INVALID', `Expected an Idempotency-Key of 1 to ${MAX_KEY_LENGTH} characters.`);
    }
    const id = { tenant, key };
    const finished = await this.claim(id);
    if (finished) return work(replayOf(finished) as Claim<Answer>);

    const heartbeat = setInterval(() => void this.touch(id), HEARTBEAT_MS);
    try {
      return await work(this.firstUse(id) as Claim<Answer>);
    } catch (error) {
      await this.database.idempotencyRecord.deleteMany({ where: { ...id, fingerprint: null } });
      throw error;
    } finally {
      clearInterval(heartbeat);
    }
  }

  private firstUse(id: RecordId): Claim<unknown> {
    let fingerprint = '';
    return {
      isReplay: false,
      recall: (given) => {
        fingerprint = given;
        return undefined;
      },
      remember: async (transaction, answer) => {
        const data = { fingerprint, answer: answer as unknown as Prisma.InputJsonObject };
        await transaction.idempotencyRecord.update({ where: { tenant_key: id }, data });
      },
    };
  }

  /** @returns the record of a finished request, or nothing when the key is now ours */
  private async claim(id: RecordId): Promise<FinishedRecord | undefined> {
    const before = (ms: number) => ({ lt: new Date(Date.now() - ms) });
    const forgotten = [{ createdAt: before(KEPT_MS) }, { ...id, fingerprint: null, touchedAt: before(ABANDONED_MS) }];
    await this.database.idempotencyRecord.deleteMany({ where: { OR: forgotten } });
    const created = await this.database.idempotencyRecord.createMany({ data: [id], skipDuplicates: true });
    if (created.count === 1) return undefined;
    const record = await this.database.idempotencyRecord.findUnique({ where: { tenant_key: id } });
    if (!record?.fingerprint) {
      throw new CodedError('IDEMPOTENCY_KEY_IN_PROGRESS', 'Wait for the first request with this key to end.');
    }
    return { fingerprint: record.fingerprint, answer: record.answer };
  }

  private async touch(id: RecordId): Promise<void> {
    const data = { touchedAt: new Date() };
    await this.database.idempotencyRecord.updateMany({ where: id, data }).catch(() => {});
  }
}

interface FinishedRecord {
  fingerprint: string;
  answer: unknown;
}

function replayOf({ fingerprint, answer }: FinishedRecord): Claim<unknown> {
  return {
    isReplay: true,
    recall: (given) => {
      if (given === fingerprint) return answer;
      throw new CodedError('IDEMPOTENCY_KEY_REUSED', 'Send another key for another request.');
    },
    remember: async () => {},
  };
}
