-- CreateTable
CREATE TABLE "Export" (
    "id" UUID NOT NULL,
    "runId" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "format" TEXT NOT NULL,
    "options" JSONB NOT NULL,
    "frames" INTEGER NOT NULL,
    "digest" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Export_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ExportWork" (
    "exportId" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "framesDone" INTEGER NOT NULL DEFAULT 0,
    "bytes" BIGINT,
    "sha256" TEXT,
    "report" JSONB,
    "errorCode" TEXT,
    "errorDetail" TEXT,
    "startedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "ExportWork_pkey" PRIMARY KEY ("exportId")
);

-- CreateIndex
CREATE UNIQUE INDEX "Export_runId_digest_key" ON "Export"("runId", "digest");

-- CreateIndex
CREATE INDEX "ExportWork_state_idx" ON "ExportWork"("state");

-- AddForeignKey
ALTER TABLE "Export" ADD CONSTRAINT "Export_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ExportWork" ADD CONSTRAINT "ExportWork_exportId_fkey" FOREIGN KEY ("exportId") REFERENCES "Export"("id") ON DELETE CASCADE ON UPDATE CASCADE;
