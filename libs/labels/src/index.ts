export * from './class-shapes';
export * from './label-grid';
export * from './mask-from-labels';
export * from './palette';
export * from './png/decode-png';
export * from './png/encode-indexed-png';
export * from './read-mask';
export * from './rle';
