export { blendOverlay, type OverlayStyle } from './blend-overlay';
export { drawKeypoints, type DrawnKeypoints } from './draw-keypoints';
export type { DecodedFrame } from './decoded-frame';
export { encodeVideo, type EncodeOptions, type EncodedVideo } from './encode-video';
export { DEFAULT_VIDEO_LIMITS, type VideoLimits } from './limits';
export type { TimeBase, VideoProbe } from './video-probe';
export { resizeRgb, type FrameSize, type ResizeMethod } from './resize';
export { openVideoSource, type VideoSource } from './source';
