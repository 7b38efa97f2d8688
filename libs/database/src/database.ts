import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client';

/** The Prisma client over node-postgres. One a process; `$disconnect` ends its pool. */
export class Database extends PrismaClient {
  constructor(url: string, options: { poolSize?: number } = {}) {
    super({ adapter: new PrismaPg({ connectionString: url, max: options.poolSize ?? 10 }) });
  }
}
