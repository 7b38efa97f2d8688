export * from './blob-store';
export * from './counted-blob-store';
export * from './create-blob-store';
export type { S3Credentials } from './open-s3-blob-store';
export * from './scratch-folder';
export * from './storage-full';
export * from './storage-limits';
