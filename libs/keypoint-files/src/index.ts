export * from './coco';
export * from './complete-points';
export * from './csv';
export * from './deeplabcut';
export * from './keypoint-file';
export * from './read-keypoint-file';
export * from './shape';
export * from './table';
