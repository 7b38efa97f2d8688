import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiQuery } from '@nestjs/swagger';

type Decorator = ClassDecorator & MethodDecorator;

const uuid = (description: string, name = 'id'): Decorator =>
  ApiParam({ name, description, schema: { type: 'string', format: 'uuid' } });

/** `{id}` in the address of a run. */
export const RunParameter = () => uuid('Of the run');
/** `{shadowRunId}` in the address of a run that repeats one with another version. */
export const ShadowRunParameter = () => uuid('Of the shadow run', 'shadowRunId');
/** `{id}` in the address of a video. */
export const VideoParameter = () => uuid('Of the video');
/** `{id}` in the address of a training run. */
export const TrainingRunParameter = () => uuid('Of the training run');
/** `{id}` in the address of an upload. */
export const UploadParameter = () => uuid('Of the upload');
/** `{id}` in the address of a webhook. */
export const WebhookParameter = () => uuid('Of the webhook');
/** `{id}` in the address of an API key. */
export const KeyParameter = () => uuid('Of the key, which is not the key itself');

/** `{frame}` in the address of a mask. */
export const FrameParameter = () =>
  ApiParam({ name: 'frame', description: 'Index of the frame, from 0', schema: { type: 'integer', minimum: 0 } });

/** `{object}` in the address of an object of a run. */
export const ObjectParameter = () =>
  ApiParam({ name: 'object', description: 'Id of the object', schema: { type: 'integer', minimum: 1, maximum: 254 } });

/** `{version}` in the address of a model version. */
export const VersionParameter = () =>
  ApiParam({ name: 'version', description: 'Number of the version, from 1', schema: { type: 'integer', minimum: 1 } });

/** `limit` and `cursor` of a list. */
export const PageQuery = ({ fallback, most }: { fallback: number; most: number }): MethodDecorator =>
  applyDecorators(
    ApiQuery({
      name: 'limit',
      required: false,
      description: `Items of the page; ${fallback} by default`,
      schema: { type: 'integer', minimum: 1, maximum: most, default: fallback },
    }),
    ApiQuery({
      name: 'cursor',
      required: false,
      description: '`next` of the page before',
      schema: { type: 'string' },
    }),
  );

/** `Idempotency-Key` of a request that makes something. */
export const IdempotencyHeader = () =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'A repeated request gets the first answer',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  });

/** `Last-Event-ID` of an event stream. */
export const LastEventHeader = () =>
  ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'What was read last: only what follows is sent',
    schema: { type: 'string' },
  });
