-- AlterTable
ALTER TABLE "FrameResult" ADD COLUMN     "keypoints" JSONB NOT NULL DEFAULT '[]',
ALTER COLUMN "maskKey" DROP NOT NULL;

-- AlterTable
ALTER TABLE "RunObject" ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'mask',
ADD COLUMN     "points" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "skeleton" JSONB NOT NULL DEFAULT '[]';

-- CreateTable
CREATE TABLE "KeypointPrompt" (
    "runId" UUID NOT NULL,
    "frame" INTEGER NOT NULL,
    "objects" INTEGER[],
    "present" INTEGER[],
    "digest" TEXT NOT NULL,
    "said" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "KeypointPrompt_pkey" PRIMARY KEY ("runId","frame")
);

-- AddForeignKey
ALTER TABLE "KeypointPrompt" ADD CONSTRAINT "KeypointPrompt_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
