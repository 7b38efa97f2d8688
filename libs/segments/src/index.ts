export * from './segment-file';
