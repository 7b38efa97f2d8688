export { type ClipFrame, type ClipOptions, type Hardness, type Joint, renderClip, SAMPLE_CLIP } from './render-clip';
