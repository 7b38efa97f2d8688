-- CreateTable
CREATE TABLE "WebhookEndpoint" (
    "id" UUID NOT NULL,
    "tenant" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT,
    "events" TEXT[],
    "seed" TEXT NOT NULL,
    "previousSeed" TEXT,
    "previousUntil" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabledAt" TIMESTAMP(3),
    "disabledReason" TEXT,
    "failingSince" TIMESTAMP(3),

    CONSTRAINT "WebhookEndpoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "endpointId" UUID NOT NULL,
    "eventId" UUID NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "type" TEXT NOT NULL,
    "subject" UUID NOT NULL,
    "data" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "wantedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "nextAttemptAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease" UUID,
    "leasedUntil" TIMESTAMP(3),
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("endpointId","eventId")
);

-- CreateTable
CREATE TABLE "WebhookAttempt" (
    "endpointId" UUID NOT NULL,
    "eventId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "at" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seconds" DOUBLE PRECISION NOT NULL,
    "status" INTEGER,
    "error" TEXT,
    "answer" TEXT,

    CONSTRAINT "WebhookAttempt_pkey" PRIMARY KEY ("endpointId","eventId","number")
);

-- CreateIndex
CREATE INDEX "WebhookEndpoint_tenant_createdAt_id_idx" ON "WebhookEndpoint"("tenant", "createdAt", "id");

-- CreateIndex
CREATE INDEX "WebhookDelivery_endpointId_state_nextAttemptAt_idx" ON "WebhookDelivery"("endpointId", "state", "nextAttemptAt");

-- CreateIndex
CREATE INDEX "WebhookDelivery_endpointId_state_subject_sequence_idx" ON "WebhookDelivery"("endpointId", "state", "subject", "sequence");

-- CreateIndex
CREATE INDEX "WebhookDelivery_endpointId_sequence_idx" ON "WebhookDelivery"("endpointId", "sequence");

-- CreateIndex
CREATE INDEX "WebhookDelivery_state_endedAt_idx" ON "WebhookDelivery"("state", "endedAt");

-- CreateIndex
CREATE INDEX "WebhookDelivery_lease_idx" ON "WebhookDelivery"("lease");

-- CreateIndex
CREATE INDEX "WebhookDelivery_leasedUntil_idx" ON "WebhookDelivery"("leasedUntil");

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_endpointId_fkey" FOREIGN KEY ("endpointId") REFERENCES "WebhookEndpoint"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookAttempt" ADD CONSTRAINT "WebhookAttempt_endpointId_eventId_fkey" FOREIGN KEY ("endpointId", "eventId") REFERENCES "WebhookDelivery"("endpointId", "eventId") ON DELETE CASCADE ON UPDATE CASCADE;
-- Events are noted by triggers: in the transaction that changes the state, whichever service does so, or not at all.

-- One delivery for each enabled endpoint of the tenant that has subscribed to the type, all of one event. An endpoint that is removed
-- meanwhile is passed over: an event never keeps a state from changing.
CREATE FUNCTION note_webhook_event(of_tenant TEXT, event_type TEXT, event_subject UUID, event_data JSONB) RETURNS VOID
LANGUAGE sql AS $$
  WITH event AS MATERIALIZED (SELECT gen_random_uuid() AS id, timezone('UTC', clock_timestamp()) AS at)
  INSERT INTO "WebhookDelivery" ("endpointId", "eventId", type, subject, data, "createdAt", "wantedAt", "nextAttemptAt")
  SELECT endpoint.id, event.id, event_type, event_subject, event_data, event.at, event.at, event.at
  FROM "WebhookEndpoint" endpoint, event
  WHERE endpoint.tenant = of_tenant AND endpoint."disabledAt" IS NULL AND endpoint.events && ARRAY[event_type, '*']
  FOR KEY SHARE OF endpoint
$$;

CREATE FUNCTION webhook_facts(run "Run") RETURNS JSONB
LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'runId', run.id, 'videoId', run."videoId", 'name', run.name, 'tags', to_jsonb(run.tags), 'revision', run.revision
  )
$$;

CREATE FUNCTION webhook_error(code TEXT, detail TEXT) RETURNS JSONB
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN code IS NULL THEN NULL ELSE jsonb_build_object('code', code, 'detail', detail) END
$$;

-- Shadow runs are nobody's to see.
CREATE FUNCTION note_run() RETURNS TRIGGER
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_webhook_event(
    NEW.tenant, CASE TG_OP WHEN 'INSERT' THEN 'run.created' ELSE 'run.corrected' END, NEW.id, webhook_facts(NEW));
  RETURN NULL;
END $$;
CREATE TRIGGER note_created AFTER INSERT ON "Run"
  FOR EACH ROW WHEN (NEW."shadowOfId" IS NULL) EXECUTE FUNCTION note_run();
CREATE TRIGGER note_corrected AFTER UPDATE OF revision ON "Run"
  FOR EACH ROW WHEN (NEW."shadowOfId" IS NULL AND NEW.revision > OLD.revision) EXECUTE FUNCTION note_run();

CREATE FUNCTION note_outcome() RETURNS TRIGGER
LANGUAGE plpgsql AS $$
DECLARE
  run "Run";
BEGIN
  SELECT * INTO run FROM "Run" WHERE id = NEW."runId";
  IF run."shadowOfId" IS NULL AND run."deletedAt" IS NULL THEN
    PERFORM note_webhook_event(run.tenant, 'run.' || NEW.state, run.id,
      webhook_facts(run) || jsonb_build_object('error', webhook_error(NEW."errorCode", NEW."errorDetail")));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER note_outcome AFTER INSERT ON "RunOutcome" FOR EACH ROW EXECUTE FUNCTION note_outcome();

CREATE FUNCTION note_export() RETURNS TRIGGER
LANGUAGE plpgsql AS $$
DECLARE
  run "Run";
  asked "Export";
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN RETURN NULL; END IF;
  SELECT * INTO asked FROM "Export" WHERE id = NEW."exportId";
  SELECT * INTO run FROM "Run" WHERE id = asked."runId";
  IF run."deletedAt" IS NULL THEN
    PERFORM note_webhook_event(run.tenant, 'export.' || NEW.state, run.id, jsonb_build_object(
      'exportId', asked.id, 'runId', run.id, 'format', asked.format, 'revision', asked.revision, 'frames', asked.frames,
      'bytes', NEW.bytes, 'sha256', NEW.sha256, 'error', webhook_error(NEW."errorCode", NEW."errorDetail")));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER note_export AFTER INSERT OR UPDATE OF state ON "ExportWork"
  FOR EACH ROW WHEN (NEW.state IN ('ready', 'failed')) EXECUTE FUNCTION note_export();

-- A tenant is told about a video once it has asked for its frames: neither earlier, nor that others had the same bytes.
-- Whoever opens a video and whoever finishes its decoding wait for each other, so that one of them sees both.
CREATE FUNCTION lock_video_events(sha256 TEXT) RETURNS VOID
LANGUAGE sql AS $$ SELECT pg_advisory_xact_lock(hashtextextended(sha256, 2)) $$;

CREATE FUNCTION note_decoding() RETURNS TRIGGER
LANGUAGE plpgsql AS $$
DECLARE
  own "UploadedVideo";
BEGIN
  PERFORM lock_video_events(NEW."videoSha256");
  FOR own IN
    SELECT * FROM "UploadedVideo"
    WHERE "videoSha256" = NEW."videoSha256" AND "openedAt" IS NOT NULL AND "deletedAt" IS NULL
  LOOP
    PERFORM note_video_event(own);
  END LOOP;
  RETURN NULL;
END $$;

-- What is known of the frames of a video; nothing while it is being decoded.
CREATE FUNCTION note_video_event(own "UploadedVideo") RETURNS VOID
LANGUAGE plpgsql AS $$
DECLARE
  frames INT;
  error JSONB;
BEGIN
  SELECT "frameCount" INTO frames FROM "FrameTable" WHERE "videoSha256" = own."videoSha256";
  SELECT webhook_error("errorCode", "errorDetail") INTO error FROM "DecodingFailure" WHERE "videoSha256" = own."videoSha256";
  IF frames IS NULL AND error IS NULL THEN RETURN; END IF;
  PERFORM note_webhook_event(
    own.tenant, CASE WHEN frames IS NULL THEN 'video.failed' ELSE 'video.ready' END, own.id, jsonb_build_object(
      'videoId', own.id, 'fileName', own."fileName", 'frames', frames,
      'error', CASE WHEN frames IS NULL THEN error END));
END $$;
CREATE TRIGGER note_decoded AFTER INSERT ON "FrameTable" FOR EACH ROW EXECUTE FUNCTION note_decoding();
CREATE TRIGGER note_failed AFTER INSERT ON "DecodingFailure" FOR EACH ROW EXECUTE FUNCTION note_decoding();

CREATE FUNCTION note_opened() RETURNS TRIGGER
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD."openedAt" IS NOT NULL THEN RETURN NULL; END IF;
  PERFORM lock_video_events(NEW."videoSha256");
  PERFORM note_video_event(NEW);
  RETURN NULL;
END $$;
CREATE TRIGGER note_opened AFTER INSERT OR UPDATE OF "openedAt" ON "UploadedVideo"
  FOR EACH ROW WHEN (NEW."openedAt" IS NOT NULL AND NEW."deletedAt" IS NULL) EXECUTE FUNCTION note_opened();
