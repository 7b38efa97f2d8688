-- Workers of the version before must be stopped: they would store frames of a feature set.

-- CreateTable
CREATE TABLE "UploadedVideo" (
    "id" UUID NOT NULL,
    "tenant" TEXT NOT NULL DEFAULT 'default',
    "apiKeyId" UUID,
    "videoSha256" TEXT NOT NULL,
    "fileName" TEXT,
    "isKept" BOOLEAN NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "openedAt" TIMESTAMP(3),
    "deletedAt" TIMESTAMP(3),

    CONSTRAINT "UploadedVideo_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "FrameSet" (
    "id" TEXT NOT NULL,
    "videoSha256" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "imageResize" TEXT NOT NULL,
    "segmentFrames" INTEGER NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FrameSet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VideoFrame" (
    "videoSha256" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "pts" BIGINT NOT NULL,
    "keyFrame" BOOLEAN NOT NULL,
    "name" TEXT,
    "checksum" BIGINT,

    CONSTRAINT "VideoFrame_pkey" PRIMARY KEY ("videoSha256","index")
);

-- CreateTable
CREATE TABLE "DecodingFailure" (
    "videoSha256" TEXT NOT NULL,
    "errorCode" TEXT NOT NULL,
    "errorDetail" TEXT NOT NULL,
    "failedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "DecodingFailure_pkey" PRIMARY KEY ("videoSha256")
);

-- Each run has had a video of its own, which goes with it.
ALTER TABLE "Run" ADD COLUMN     "videoId" UUID;

UPDATE "Run" SET "videoId" = gen_random_uuid() WHERE "shadowOfId" IS NULL;

INSERT INTO "UploadedVideo" ("id", "tenant", "apiKeyId", "videoSha256", "fileName", "isKept", "createdAt", "openedAt")
SELECT r."videoId", r."tenant", r."apiKeyId", s."videoSha256", r."videoFileName", false, r."createdAt", r."createdAt"
FROM "Run" r JOIN "FeatureSet" s ON s."id" = r."featureSetId"
WHERE r."videoId" IS NOT NULL;

ALTER TABLE "Run" DROP COLUMN "videoFileName";

-- The sets of frames that the sets of features were made from. The id is the one that the gateway makes.
ALTER TABLE "FeatureSet" ADD COLUMN     "frameSetId" TEXT;

UPDATE "FeatureSet" SET "frameSetId" = left(encode(sha256(convert_to(
  'frames 1 ' || "videoSha256" || ' ' || "inputWidth" || 'x' || "inputHeight" || ' ' || "imageResize" || ' ' || "segmentFrames",
  'UTF8')), 'hex'), 40);

INSERT INTO "FrameSet" ("id", "videoSha256", "width", "height", "imageResize", "segmentFrames", "createdAt")
SELECT "frameSetId", "videoSha256", "inputWidth", "inputHeight", "imageResize", "segmentFrames", min("createdAt")
FROM "FeatureSet" GROUP BY 1, 2, 3, 4, 5, 6;

ALTER TABLE "FeatureSet" ALTER COLUMN "frameSetId" SET NOT NULL,
DROP COLUMN "imageResize",
DROP COLUMN "inputHeight",
DROP COLUMN "inputWidth",
DROP COLUMN "segmentFrames";

-- Frames have the same time stamps in whichever set they were decoded for.
INSERT INTO "VideoFrame" ("videoSha256", "index", "pts", "keyFrame", "name")
SELECT s."videoSha256", f."firstFrame" + t.place - 1, t.pts, f."keyFrames"[t.place], f."names"[t.place]
FROM "FrameSegment" f JOIN "FeatureSet" s ON s."id" = f."featureSetId",
  unnest(f."pts") WITH ORDINALITY AS t(pts, place)
ON CONFLICT DO NOTHING;

ALTER TABLE "FrameTable" RENAME TO "OldFrameTable";
ALTER TABLE "OldFrameTable" DROP CONSTRAINT "FrameTable_pkey";
ALTER TABLE "FrameSegment" RENAME TO "OldFrameSegment";
ALTER TABLE "OldFrameSegment" DROP CONSTRAINT "FrameSegment_pkey";

-- CreateTable
CREATE TABLE "FrameTable" (
    "videoSha256" TEXT NOT NULL,
    "frameCount" INTEGER NOT NULL,
    "timeBaseNumerator" INTEGER NOT NULL,
    "timeBaseDenominator" INTEGER NOT NULL,
    "completedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FrameTable_pkey" PRIMARY KEY ("videoSha256")
);

INSERT INTO "FrameTable" ("videoSha256", "frameCount", "timeBaseNumerator", "timeBaseDenominator", "completedAt")
SELECT s."videoSha256", t."frameCount", t."timeBaseNumerator", t."timeBaseDenominator", t."completedAt"
FROM "OldFrameTable" t JOIN "FeatureSet" s ON s."id" = t."featureSetId"
ON CONFLICT DO NOTHING;

-- CreateTable
CREATE TABLE "FrameSegment" (
    "frameSetId" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "frameCount" INTEGER NOT NULL,
    "decodeSeconds" DOUBLE PRECISION NOT NULL,
    "storedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FrameSegment_pkey" PRIMARY KEY ("frameSetId","index")
);

-- Pixels that lie under the names of before are decoded again where a run still needs them.
INSERT INTO "FrameSegment" ("frameSetId", "index", "frameCount", "decodeSeconds", "storedAt")
SELECT s."frameSetId", f."index", f."frameCount", f."decodeSeconds", f."storedAt"
FROM "OldFrameSegment" f JOIN "FeatureSet" s ON s."id" = f."featureSetId"
ON CONFLICT DO NOTHING;

DROP TABLE "OldFrameTable";
DROP TABLE "OldFrameSegment";

-- CreateIndex
CREATE INDEX "UploadedVideo_tenant_createdAt_id_idx" ON "UploadedVideo"("tenant", "createdAt", "id");

-- CreateIndex
CREATE INDEX "UploadedVideo_videoSha256_idx" ON "UploadedVideo"("videoSha256");

-- CreateIndex
CREATE INDEX "FrameSet_videoSha256_idx" ON "FrameSet"("videoSha256");

-- CreateIndex
CREATE INDEX "FeatureSet_frameSetId_idx" ON "FeatureSet"("frameSetId");

-- CreateIndex
CREATE INDEX "Run_videoId_idx" ON "Run"("videoId");

-- AddForeignKey
ALTER TABLE "UploadedVideo" ADD CONSTRAINT "UploadedVideo_videoSha256_fkey" FOREIGN KEY ("videoSha256") REFERENCES "Video"("sha256") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FrameSet" ADD CONSTRAINT "FrameSet_videoSha256_fkey" FOREIGN KEY ("videoSha256") REFERENCES "Video"("sha256") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FeatureSet" ADD CONSTRAINT "FeatureSet_frameSetId_fkey" FOREIGN KEY ("frameSetId") REFERENCES "FrameSet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_videoId_fkey" FOREIGN KEY ("videoId") REFERENCES "UploadedVideo"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FrameTable" ADD CONSTRAINT "FrameTable_videoSha256_fkey" FOREIGN KEY ("videoSha256") REFERENCES "Video"("sha256") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VideoFrame" ADD CONSTRAINT "VideoFrame_videoSha256_fkey" FOREIGN KEY ("videoSha256") REFERENCES "Video"("sha256") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DecodingFailure" ADD CONSTRAINT "DecodingFailure_videoSha256_fkey" FOREIGN KEY ("videoSha256") REFERENCES "Video"("sha256") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "FrameSegment" ADD CONSTRAINT "FrameSegment_frameSetId_fkey" FOREIGN KEY ("frameSetId") REFERENCES "FrameSet"("id") ON DELETE CASCADE ON UPDATE CASCADE;
