export {
  type ClipFrame,
  type ClipOptions,
  type ClipPicture,
  type Hardness,
  type Joint,
  renderClip,
  renderPictures,
  SAMPLE_CLIP,
} from './render-clip';
