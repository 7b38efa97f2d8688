import { isCoco, readCoco } from './coco';
import { unusable, type Imported, type Size } from './imported';
import { isLabelMe, readLabelMe } from './label-me';
import { isPng, readMaskPng } from './mask-png';

/** Labels of one frame from a file of another program: a mask, or JSON of LabelMe or COCO. @throws Problem */
export async function readLabels(file: File, size: Size): Promise<Imported> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (isPng(bytes)) return readMaskPng(bytes, size);
  const content = parsed(bytes);
  if (content === undefined) throw unusable(`${file.name} is neither a PNG nor JSON.`);
  try {
    if (isLabelMe(content)) return readLabelMe(content, size);
    if (isCoco(content)) return readCoco(content, size);
  } catch (error) {
    // Fields that are not what the format says.
    throw error instanceof TypeError ? unusable(`${file.name} does not have the fields of its format.`) : error;
  }
  throw unusable(`${file.name} is neither of LabelMe (shapes) nor of COCO (images, annotations).`);
}

function parsed(bytes: Uint8Array): object | undefined {
  try {
    const content: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof content === 'object' && content !== null ? content : undefined;
  } catch {
    return undefined;
  }
}
