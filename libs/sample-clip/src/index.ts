export { type ClipFrame, type ClipOptions, renderClip, SAMPLE_CLIP } from './render-clip';
