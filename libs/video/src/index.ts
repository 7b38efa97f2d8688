export { blendOverlay, type OverlayStyle } from './blend-overlay';
export type { DecodedFrame } from './decoded-frame';
export { encodeVideo, type EncodeOptions, type EncodedVideo } from './encode-video';
export type { FramePlace } from './decode-video';
export { encodePicture, scalePicture } from './picture';
export { DEFAULT_VIDEO_LIMITS, type VideoLimits } from './limits';
export type { TimeBase, VideoProbe } from './video-probe';
export { resizeRgb, type FrameSize, type ResizeMethod } from './resize';
export { openVideoSource, type VideoSource } from './source';
