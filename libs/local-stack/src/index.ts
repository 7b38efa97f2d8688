export * from './find-program';
export * from './free-port';
export * from './guarded-process';
export * from './repo-root';
export * from './servers';
export * from './services';
export * from './stack';
