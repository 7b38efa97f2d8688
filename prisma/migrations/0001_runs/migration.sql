-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "Video" (
    "sha256" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "blobKey" TEXT NOT NULL,
    "fileName" TEXT,
    "probe" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Video_pkey" PRIMARY KEY ("sha256")
);

-- CreateTable
CREATE TABLE "FeatureSet" (
    "id" TEXT NOT NULL,
    "videoSha256" TEXT NOT NULL,
    "encoderSha256" TEXT NOT NULL,
    "inputWidth" INTEGER NOT NULL,
    "inputHeight" INTEGER NOT NULL,
    "imageResize" TEXT NOT NULL,
    "precision" TEXT NOT NULL,
    "segmentFrames" INTEGER NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FeatureSet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" UUID NOT NULL,
    "featureSetId" TEXT NOT NULL,
    "maskKey" TEXT NOT NULL,
    "classIds" INTEGER[],
    "preset" TEXT NOT NULL,
    "parameters" JSONB NOT NULL,
    "encoderName" TEXT NOT NULL,
    "encoderSha256" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cancelRequestedAt" TIMESTAMP(3),
    "deletedAt" TIMESTAMP(3),

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IdempotencyRecord" (
    "key" TEXT NOT NULL,
    "fingerprint" TEXT,
    "answer" JSONB,
    "touchedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "IdempotencyRecord_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "FrameTable" (
    "featureSetId" TEXT NOT NULL,
    "frameCount" INTEGER NOT NULL,
    "timeBaseNumerator" INTEGER NOT NULL,
    "timeBaseDenominator" INTEGER NOT NULL,
    "completedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FrameTable_pkey" PRIMARY KEY ("featureSetId")
);

-- CreateTable
CREATE TABLE "FrameSegment" (
    "featureSetId" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "firstFrame" INTEGER NOT NULL,
    "frameCount" INTEGER NOT NULL,
    "pts" BIGINT[],
    "keyFrames" BOOLEAN[],
    "names" TEXT[],
    "decodeSeconds" DOUBLE PRECISION NOT NULL,
    "storedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FrameSegment_pkey" PRIMARY KEY ("featureSetId","index")
);

-- CreateTable
CREATE TABLE "FeatureSegment" (
    "featureSetId" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "rows" INTEGER NOT NULL,
    "cols" INTEGER NOT NULL,
    "dim" INTEGER NOT NULL,
    "encoderSeconds" DOUBLE PRECISION NOT NULL,
    "storedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FeatureSegment_pkey" PRIMARY KEY ("featureSetId","index")
);

-- CreateTable
CREATE TABLE "LabelSegment" (
    "runId" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "kernelSeconds" DOUBLE PRECISION NOT NULL,
    "storedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LabelSegment_pkey" PRIMARY KEY ("runId","index")
);

-- CreateTable
CREATE TABLE "ResultSegment" (
    "runId" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "frameCount" INTEGER NOT NULL,
    "seconds" DOUBLE PRECISION NOT NULL,
    "storedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ResultSegment_pkey" PRIMARY KEY ("runId","index")
);

-- CreateTable
CREATE TABLE "FrameResult" (
    "runId" UUID NOT NULL,
    "frame" INTEGER NOT NULL,
    "pts" BIGINT NOT NULL,
    "keyFrame" BOOLEAN NOT NULL,
    "name" TEXT,
    "confidence" DOUBLE PRECISION,
    "classes" JSONB NOT NULL,

    CONSTRAINT "FrameResult_pkey" PRIMARY KEY ("runId","frame")
);

-- CreateTable
CREATE TABLE "RunOutcome" (
    "runId" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "errorCode" TEXT,
    "errorDetail" TEXT,
    "finishedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RunOutcome_pkey" PRIMARY KEY ("runId")
);

-- CreateIndex
CREATE INDEX "FeatureSet_videoSha256_idx" ON "FeatureSet"("videoSha256");

-- CreateIndex
CREATE INDEX "Run_createdAt_id_idx" ON "Run"("createdAt", "id");

-- CreateIndex
CREATE INDEX "Run_featureSetId_idx" ON "Run"("featureSetId");

-- CreateIndex
CREATE INDEX "IdempotencyRecord_createdAt_idx" ON "IdempotencyRecord"("createdAt");

-- AddForeignKey
ALTER TABLE "FeatureSet" ADD CONSTRAINT "FeatureSet_videoSha256_fkey" FOREIGN KEY ("videoSha256") REFERENCES "Video"("sha256") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_featureSetId_fkey" FOREIGN KEY ("featureSetId") REFERENCES "FeatureSet"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FrameTable" ADD CONSTRAINT "FrameTable_featureSetId_fkey" FOREIGN KEY ("featureSetId") REFERENCES "FeatureSet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FrameSegment" ADD CONSTRAINT "FrameSegment_featureSetId_fkey" FOREIGN KEY ("featureSetId") REFERENCES "FeatureSet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FeatureSegment" ADD CONSTRAINT "FeatureSegment_featureSetId_fkey" FOREIGN KEY ("featureSetId") REFERENCES "FeatureSet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "LabelSegment" ADD CONSTRAINT "LabelSegment_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ResultSegment" ADD CONSTRAINT "ResultSegment_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FrameResult" ADD CONSTRAINT "FrameResult_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RunOutcome" ADD CONSTRAINT "RunOutcome_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
