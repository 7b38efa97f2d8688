export * from './blob-keys';
export * from './encoder-instances';
export * from './errors';
export * from './models';
export * from './parameters';
export * from './run-options';
export * from './stages';
export * from './subjects';
