-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "videoFileName" TEXT;

UPDATE "Run" SET "videoFileName" = "Video"."fileName"
FROM "FeatureSet" JOIN "Video" ON "Video"."sha256" = "FeatureSet"."videoSha256"
WHERE "FeatureSet"."id" = "Run"."featureSetId";

-- AlterTable
ALTER TABLE "Video" DROP COLUMN "fileName";

-- CreateIndex
CREATE INDEX "Run_apiKeyId_idx" ON "Run"("apiKeyId");
