-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "name" TEXT,
ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "warnings" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "ModelVersion" ADD COLUMN     "phase" TEXT;

-- AlterTable
ALTER TABLE "TrainingRun" ADD COLUMN     "phase" TEXT;

-- CreateIndex
CREATE INDEX "Run_tags_idx" ON "Run" USING GIN ("tags");
