import { DynamicModule, Inject, Module, OnApplicationShutdown } from '@nestjs/common';
import { ClientNats } from '@nestjs/microservices';
import { LoggerModule } from 'nestjs-pino';
import { pino } from 'pino';
import { collectDefaultMetrics, Counter, Registry } from 'prom-client';
import { buildInfo, type BuildInfo } from '@propago/build-info';
import { Database } from '@propago/database';
import { NextSteps, Queues, StageMetrics } from '@propago/pipeline';
import { CountedBlobStore, createBlobStore, type BlobStore } from '@propago/storage';
import { traceIds } from '@propago/tracing';
import { showBuild } from './build-metrics';
import type { ConfigOf, ServiceConfig, ServiceName } from './config';
import { Dependencies } from './dependencies';
import { HealthController } from './health.controller';
import { MetricsController } from './metrics.controller';
import { natsOptions } from './nats-options';
import { News } from './news';
import { Presence } from './presence';
import { LastWrite, StorageRoom } from './storage-room';
import { BUILD, CONFIG, LOGGER, SERVICE, STORAGE } from './tokens';
import { startTracing } from './tracing';

export interface RuntimeOptions<S extends ServiceName> {
  service: S;
  config: ConfigOf<S>;
}

const STOP_TRACING = Symbol('STOP_TRACING');

/** What every service needs: configuration, Postgres, queues, NATS, blobs, health, metrics and logs. */
@Module({})
export class RuntimeModule implements OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly queues: Queues,
    @Inject(STORAGE) private readonly storage: BlobStore,
    @Inject(ClientNats) private readonly client: ClientNats,
    @Inject(STOP_TRACING) private readonly stopTracing: () => Promise<void>,
  ) {}

  static forRoot<S extends ServiceName>({ service, config }: RuntimeOptions<S>): DynamicModule {
    const logger = pino({
      level: config.LOG_LEVEL,
      base: { service },
      mixin: traceIds,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    });
    return {
      module: RuntimeModule,
      global: true,
      imports: [
        // Requests are logged by logRequests; this would add all their headers to every line.
        LoggerModule.forRoot({ pinoHttp: { logger, autoLogging: false, quietReqLogger: true } }),
      ],
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: SERVICE, useValue: service },
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useValue: logger },
        { provide: BUILD, useFactory: () => buildInfo(config.REVISION) },
        { provide: STOP_TRACING, useFactory: () => startTracing(service, config) },
        { provide: Database, useFactory: () => new Database(config.DATABASE_URL) },
        { provide: Queues, useFactory: () => new Queues(queueOptions(config)) },
        {
          provide: NextSteps,
          useFactory: (database, queues) => new NextSteps(database, queues),
          inject: [Database, Queues],
        },
        {
          provide: STORAGE,
          useFactory: (registry, lastWrite) => countedStore(config, registry, lastWrite),
          inject: [Registry, LastWrite],
        },
        LastWrite,
        StorageRoom,
        Dependencies,
        { provide: ClientNats, useFactory: () => new ClientNats(natsOptions(config.NATS_URL)) },
        { provide: Registry, useFactory: metricsRegistry, inject: [BUILD] },
        {
          provide: StageMetrics,
          useFactory: (registry, queues) => new StageMetrics(registry, queues),
          inject: [Registry, Queues],
        },
        News,
        Presence,
      ],
      exports: [
        BUILD,
        CONFIG,
        STORAGE,
        StorageRoom,
        LOGGER,
        Database,
        Queues,
        NextSteps,
        News,
        Presence,
        Registry,
        StageMetrics,
      ],
    };
  }

  // The stages have drained before this hook, so nothing needs Postgres or Redis any more.
  async onApplicationShutdown(): Promise<void> {
    await this.queues.close();
    await this.storage.close();
    await this.client.close();
    await this.database.$disconnect();
    await this.stopTracing();
  }
}

function metricsRegistry(build: BuildInfo): Registry {
  const register = new Registry();
  showBuild(register, build);
  collectDefaultMetrics({ register });
  return register;
}

function queueOptions(config: ServiceConfig) {
  return { redisUrl: config.REDIS_URL, prefix: config.QUEUE_PREFIX, lockSeconds: config.QUEUE_LOCK_SECONDS };
}

function countedStore(config: ServiceConfig, registry: Registry, lastWrite: LastWrite): BlobStore {
  const bytes = new Counter({
    name: 'propago_blob_bytes_total',
    help: 'Bytes that this process wrote to or read from storage.',
    labelNames: ['direction'],
    registers: [registry],
  });
  return new CountedBlobStore(
    createBlobStore(config.STORAGE_URL, undefined, config.STORAGE_COPIES_BYTES),
    (direction, count) => bytes.inc({ direction }, count),
    (hadRoom) => (lastWrite.hadRoom = hadRoom),
  );
}
