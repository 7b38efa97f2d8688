-- CreateTable
CREATE TABLE "Upload" (
    "id" UUID NOT NULL,
    "tenant" TEXT NOT NULL,
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "bytes" BIGINT NOT NULL,
    "received" BIGINT NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Upload_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "UploadPart" (
    "uploadId" UUID NOT NULL,
    "offset" BIGINT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "blobKey" TEXT NOT NULL,

    CONSTRAINT "UploadPart_pkey" PRIMARY KEY ("uploadId","offset")
);

-- CreateIndex
CREATE INDEX "Upload_tenant_idx" ON "Upload"("tenant");

-- CreateIndex
CREATE INDEX "Upload_expiresAt_idx" ON "Upload"("expiresAt");

-- CreateIndex
CREATE INDEX "UploadPart_blobKey_idx" ON "UploadPart"("blobKey");

-- AddForeignKey
ALTER TABLE "UploadPart" ADD CONSTRAINT "UploadPart_uploadId_fkey" FOREIGN KEY ("uploadId") REFERENCES "Upload"("id") ON DELETE CASCADE ON UPDATE CASCADE;
