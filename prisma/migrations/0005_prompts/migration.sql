-- Workers of the version before must be stopped: they would store labels without a pass.

-- CreateTable
CREATE TABLE "RunObject" (
    "runId" UUID NOT NULL,
    "id" INTEGER NOT NULL,
    "name" TEXT,
    "isTracedBack" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "RunObject_pkey" PRIMARY KEY ("runId","id")
);

-- CreateTable
CREATE TABLE "Prompt" (
    "runId" UUID NOT NULL,
    "frame" INTEGER NOT NULL,
    "objects" INTEGER[],
    "present" INTEGER[],
    "digest" TEXT NOT NULL,
    "maskKey" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Prompt_pkey" PRIMARY KEY ("runId","frame")
);

-- AddForeignKey
ALTER TABLE "RunObject" ADD CONSTRAINT "RunObject_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Prompt" ADD CONSTRAINT "Prompt_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The mask of a run becomes its prompt on frame 0. Within the run, what it says needs no better name than the run's.
INSERT INTO "RunObject" ("runId", "id", "isTracedBack")
SELECT "id", unnest("classIds"), true FROM "Run";

INSERT INTO "Prompt" ("runId", "frame", "objects", "present", "digest", "maskKey", "createdAt")
SELECT "id", 0, "classIds", "classIds", encode(sha256(convert_to("id"::text, 'UTF8')), 'hex'), "maskKey", "createdAt" FROM "Run";

-- AlterTable
ALTER TABLE "Run" DROP COLUMN "classIds",
DROP COLUMN "maskKey",
ADD COLUMN     "palette" BYTEA,
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 1;

-- Runs that are not over begin again at their features. Those that are keep what they have, under names that no pass and
-- no recipe has.
DELETE FROM "LabelSegment" WHERE NOT EXISTS (SELECT FROM "RunOutcome" o WHERE o."runId" = "LabelSegment"."runId");
DELETE FROM "ResultSegment" WHERE NOT EXISTS (SELECT FROM "RunOutcome" o WHERE o."runId" = "ResultSegment"."runId");
DELETE FROM "FrameResult" WHERE NOT EXISTS (SELECT FROM "RunOutcome" o WHERE o."runId" = "FrameResult"."runId");

-- AlterTable
ALTER TABLE "LabelSegment" DROP CONSTRAINT "LabelSegment_pkey",
ADD COLUMN     "frameCount" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "pass" TEXT NOT NULL DEFAULT 'before prompts',
ADD CONSTRAINT "LabelSegment_pkey" PRIMARY KEY ("runId", "pass", "index");

UPDATE "LabelSegment" SET "frameCount" = "FrameSegment"."frameCount"
FROM "Run" JOIN "FrameSegment" USING ("featureSetId")
WHERE "Run"."id" = "LabelSegment"."runId" AND "FrameSegment"."index" = "LabelSegment"."index";

ALTER TABLE "LabelSegment" ALTER COLUMN "frameCount" DROP DEFAULT, ALTER COLUMN "pass" DROP DEFAULT;

-- AlterTable
ALTER TABLE "ResultSegment" ADD COLUMN     "recipe" TEXT DEFAULT 'before prompts';
ALTER TABLE "ResultSegment" ALTER COLUMN "recipe" DROP DEFAULT;

-- AlterTable
ALTER TABLE "FrameResult" ADD COLUMN     "maskKey" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 1;

UPDATE "FrameResult" SET "maskKey" = 'masks/' || "runId" || '/'
  || CASE WHEN "frame" < 100000 THEN lpad("frame"::text, 5, '0') ELSE "frame"::text END || '.png';

ALTER TABLE "FrameResult" ALTER COLUMN "maskKey" DROP DEFAULT;
