import { CodedError } from '@propago/contracts';

const startsWith =
  (text: string, at = 0) =>
  (file: Buffer): boolean =>
    file.toString('latin1', at, at + text.length) === text;

const ONE_LINE = `save it as PNG: python3 -c "from PIL import Image; Image.open('mask').save('mask.png')"`;

/** What users send in place of a PNG: how to know it, what it is, what to do. */
const FOREIGN: readonly { is: (file: Buffer) => boolean; name: string; advice: string }[] = [
  {
    is: startsWith('\xff\xd8\xff'),
    name: 'a JPEG picture',
    advice:
      'JPEG changes values along every edge, so labels do not survive it: export the mask as PNG where it was drawn',
  },
  { is: startsWith('GIF8'), name: 'a GIF picture', advice: ONE_LINE },
  { is: startsWith('BM'), name: 'a BMP picture', advice: ONE_LINE },
  { is: startsWith('WEBP', 8), name: 'a WebP picture', advice: ONE_LINE },
  { is: (file) => /^(II\*\0|MM\0\*)/.test(file.toString('latin1', 0, 4)), name: 'a TIFF picture', advice: ONE_LINE },
  { is: startsWith('ftyp', 4), name: 'a video or HEIF picture', advice: 'are the fields mask and video exchanged?' },
  { is: startsWith('\x1a\x45\xdf\xa3'), name: 'a video', advice: 'are the fields mask and video exchanged?' },
  { is: startsWith('PK\x03\x04'), name: 'a zip', advice: 'send the one PNG of the first frame' },
  {
    is: startsWith('\x93NUMPY'),
    name: 'a NumPy array',
    advice: `save it as PNG: Image.fromarray(array.astype('uint8')).save('mask.png')`,
  },
  {
    is: (file) => /^(\xef\xbb\xbf)?\s*[[{]/.test(file.toString('latin1', 0, 256)),
    name: 'JSON, as LabelMe, COCO and others store annotations',
    advice: 'send files of COCO, LabelMe, Label Studio and CVAT as annotations; of others, draw the shapes into a PNG',
  },
  {
    is: (file) => /^(\xef\xbb\xbf)?\s*</.test(file.toString('latin1', 0, 256)),
    name: 'XML or SVG',
    advice: 'send files of COCO, LabelMe, Label Studio and CVAT as annotations; of others, draw the shapes into a PNG',
  },
];

/** The refusal of a file without the PNG signature; it names what the file is where that is known. */
export function notPng(file: Uint8Array): CodedError {
  const start = Buffer.from(file.buffer, file.byteOffset, Math.min(file.length, 256));
  const foreign = FOREIGN.find(({ is }) => is(start));
  if (file.length === 0) return new CodedError('MASK_NOT_PNG', 'The mask is an empty file.');
  return new CodedError(
    'MASK_NOT_PNG',
    foreign
      ? `The mask is ${foreign.name}, not a PNG file; ${foreign.advice}.`
      : 'The mask is not a PNG file: it does not start with the PNG signature.',
  );
}
