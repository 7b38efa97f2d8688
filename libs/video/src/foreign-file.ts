import { CodedError } from '@propago/contracts';

/** Makes a video that is read here of whatever ffmpeg reads, and loses nothing. */
export const AS_FFV1 = 'ffmpeg -i FILE -fps_mode passthrough -c:v ffv1 video.mkv';

const startsWith =
  (text: string, at = 0) =>
  (head: Buffer): boolean =>
    head.toString('latin1', at, at + text.length) === text;
const matches =
  (pattern: RegExp) =>
  (head: Buffer): boolean =>
    pattern.test(head.toString('latin1', 0, 32));

const TO_VIDEO = `make a video of it: ${AS_FFV1}`;
const ALL_FRAMES = 'send a video, or all of its frames as a zip of JPEG or PNG files';
const AS_ZIP = 'send the frames as a zip, or the video itself';
const NO_PICTURES = 'it holds no frames';

/** What users send in place of a video: how to know it, what it is, what to do. */
const FOREIGN: readonly { is: (head: Buffer) => boolean; name: string; advice: string }[] = [
  { is: startsWith('\xff\xd8\xff'), name: 'a JPEG picture', advice: ALL_FRAMES },
  { is: startsWith('\x89PNG'), name: 'a PNG picture', advice: ALL_FRAMES },
  { is: startsWith('BM'), name: 'a BMP picture', advice: ALL_FRAMES },
  { is: matches(/^(II\*\0|MM\0\*)/), name: 'a TIFF picture', advice: ALL_FRAMES },
  { is: startsWith('WEBP', 8), name: 'a WebP picture', advice: ALL_FRAMES },
  { is: startsWith('GIF8'), name: 'a GIF', advice: TO_VIDEO },
  { is: startsWith('FLV'), name: 'an FLV video', advice: TO_VIDEO },
  { is: startsWith('\x30\x26\xb2\x75'), name: 'a Windows Media video (WMV, ASF)', advice: TO_VIDEO },
  { is: startsWith('\0\0\x01\xba'), name: 'an MPEG program stream (MPG, VOB)', advice: TO_VIDEO },
  { is: startsWith('OggS'), name: 'an Ogg file', advice: TO_VIDEO },
  { is: startsWith('\x06\x0e\x2b\x34'), name: 'an MXF video', advice: TO_VIDEO },
  { is: startsWith('DKIF'), name: 'an IVF video', advice: TO_VIDEO },
  { is: startsWith('nut/'), name: 'a NUT video', advice: TO_VIDEO },
  { is: startsWith('YUV4MPEG2'), name: 'a Y4M video', advice: TO_VIDEO },
  { is: startsWith('.RMF'), name: 'a RealMedia video', advice: TO_VIDEO },
  { is: startsWith('\x1f\x07\0'), name: 'a DV video', advice: TO_VIDEO },
  { is: matches(/^\0?\0\0\x01/), name: 'a stream of MPEG, H.264 or H.265 without a container', advice: TO_VIDEO },
  { is: startsWith('ustar', 257), name: 'a tar archive', advice: AS_ZIP },
  { is: matches(/^(\x1f\x8b|BZh|\xfd7zXZ|\x28\xb5\x2f\xfd)/), name: 'a compressed file or archive', advice: AS_ZIP },
  { is: startsWith('7z\xbc\xaf'), name: 'a 7z archive', advice: AS_ZIP },
  { is: startsWith('Rar!'), name: 'a RAR archive', advice: AS_ZIP },
  { is: startsWith('WAVE', 8), name: 'sound (WAV)', advice: NO_PICTURES },
  { is: matches(/^(ID3|fLaC)/), name: 'sound (MP3, FLAC)', advice: NO_PICTURES },
  { is: startsWith('%PDF'), name: 'a PDF', advice: NO_PICTURES },
];

/** The refusal of a file that is none of those which are read; null where it is not known what it is. */
export function refusalOfForeign(head: Buffer): CodedError | null {
  const foreign = FOREIGN.find(({ is }) => is(head));
  if (!foreign) return null;
  return new CodedError(
    'VIDEO_NOT_RECOGNISED',
    `The file is ${foreign.name}, which is not read here; ${foreign.advice}.`,
  );
}

/** The refusal of a video whose frames are coded in a way that is not read here. */
export function unsupportedCodec(codec: string): CodedError {
  return new CodedError('VIDEO_NOT_RECOGNISED', `The codec ${codec} is not supported; ${TO_VIDEO}.`);
}
