export { type ClipFrame, type ClipOptions, type Hardness, renderClip, SAMPLE_CLIP } from './render-clip';
