export * from './frame-sources';
export * from './pass-walk';
export * from './passes';
export * from './plan';
export * from './prompts';
export * from './spans';
export * from './suggestions';
