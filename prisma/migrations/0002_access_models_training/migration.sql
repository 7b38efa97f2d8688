-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "apiKeyId" UUID,
ADD COLUMN     "encoderChosenBy" TEXT NOT NULL DEFAULT 'default',
ADD COLUMN     "encoderVersion" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "shadowOfId" UUID,
ADD COLUMN     "tenant" TEXT NOT NULL DEFAULT 'default',
ADD COLUMN     "traceparent" TEXT;

-- AlterTable
ALTER TABLE "IdempotencyRecord" DROP CONSTRAINT "IdempotencyRecord_pkey",
ADD COLUMN     "tenant" TEXT NOT NULL DEFAULT 'default',
ADD CONSTRAINT "IdempotencyRecord_pkey" PRIMARY KEY ("tenant", "key");

-- CreateTable
CREATE TABLE "ApiKey" (
    "id" UUID NOT NULL,
    "tenant" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "scopes" TEXT[],
    "requestsPerMinute" INTEGER,
    "maxActiveRuns" INTEGER,
    "maxStoredBytes" BIGINT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3),
    "revokedAt" TIMESTAMP(3),
    "lastUsedAt" TIMESTAMP(3),

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ShadowComparison" (
    "shadowRunId" UUID NOT NULL,
    "frames" INTEGER NOT NULL,
    "meanJaccard" DOUBLE PRECISION NOT NULL,
    "seconds" DOUBLE PRECISION,
    "baseSeconds" DOUBLE PRECISION,
    "comparedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ShadowComparison_pkey" PRIMARY KEY ("shadowRunId")
);

-- CreateTable
CREATE TABLE "ModelVersion" (
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "reasons" JSONB NOT NULL DEFAULT '[]',
    "facts" JSONB NOT NULL DEFAULT '{}',
    "card" JSONB,
    "report" JSONB,
    "provenance" JSONB NOT NULL DEFAULT '{}',
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "validatedAt" TIMESTAMP(3),
    "deletedAt" TIMESTAMP(3),

    CONSTRAINT "ModelVersion_pkey" PRIMARY KEY ("name","version")
);

-- CreateTable
CREATE TABLE "ModelAlias" (
    "name" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "previousVersion" INTEGER,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ModelAlias_pkey" PRIMARY KEY ("name","alias")
);

-- CreateTable
CREATE TABLE "ModelTraffic" (
    "name" TEXT NOT NULL,
    "split" JSONB NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ModelTraffic_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "ModelAudit" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "ModelAudit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EncoderInstance" (
    "worker" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT,
    "updatedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "EncoderInstance_pkey" PRIMARY KEY ("worker","sha256")
);

-- CreateTable
CREATE TABLE "TrainingRun" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "configuration" JSONB NOT NULL,
    "parentId" UUID,
    "createdBy" TEXT NOT NULL,
    "starts" INTEGER NOT NULL DEFAULT 0,
    "step" INTEGER NOT NULL DEFAULT 0,
    "steps" INTEGER,
    "errorCode" TEXT,
    "errorDetail" TEXT,
    "modelName" TEXT,
    "modelVersion" INTEGER,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),
    "cancelRequestedAt" TIMESTAMP(3),

    CONSTRAINT "TrainingRun_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TrainingMetric" (
    "runId" UUID NOT NULL,
    "step" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "values" JSONB NOT NULL,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TrainingMetric_pkey" PRIMARY KEY ("runId","kind","step")
);

-- CreateTable
CREATE TABLE "TrainingArtifact" (
    "runId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "step" INTEGER,
    "blobKey" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "TrainingArtifact_pkey" PRIMARY KEY ("runId","name")
);

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_prefix_key" ON "ApiKey"("prefix");

-- CreateIndex
CREATE INDEX "ApiKey_tenant_idx" ON "ApiKey"("tenant");

-- CreateIndex
CREATE INDEX "ModelVersion_sha256_idx" ON "ModelVersion"("sha256");

-- CreateIndex
CREATE INDEX "ModelAudit_name_id_idx" ON "ModelAudit"("name", "id");

-- CreateIndex
CREATE INDEX "TrainingRun_createdAt_id_idx" ON "TrainingRun"("createdAt", "id");

-- CreateIndex
CREATE INDEX "Run_tenant_createdAt_id_idx" ON "Run"("tenant", "createdAt", "id");

-- CreateIndex
CREATE INDEX "Run_shadowOfId_idx" ON "Run"("shadowOfId");

-- CreateIndex
CREATE INDEX "Run_encoderSha256_idx" ON "Run"("encoderSha256");

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_shadowOfId_fkey" FOREIGN KEY ("shadowOfId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ShadowComparison" ADD CONSTRAINT "ShadowComparison_shadowRunId_fkey" FOREIGN KEY ("shadowRunId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TrainingMetric" ADD CONSTRAINT "TrainingMetric_runId_fkey" FOREIGN KEY ("runId") REFERENCES "TrainingRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "TrainingArtifact" ADD CONSTRAINT "TrainingArtifact_runId_fkey" FOREIGN KEY ("runId") REFERENCES "TrainingRun"("id") ON DELETE CASCADE ON UPDATE CASCADE;
