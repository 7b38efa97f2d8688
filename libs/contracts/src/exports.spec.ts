import { z } from 'zod';
import { EXPORT_FORMAT_NAMES, EXPORT_FORMATS, exportRequest, parseExportOptions, parseExportRequest } from './exports';
import { FieldErrors } from './field-problems';

function problemsOf(body: unknown): { code: string; message: string; suggestion?: string }[] {
  try {
    parseExportRequest(body);
  } catch (error) {
    if (error instanceof FieldErrors) return [...error.problems];
    throw error;
  }
  throw new Error('was accepted');
}

describe('the request for an export', () => {
  it('is completed with what is assumed of absent options', () => {
    expect(parseExportRequest({ format: 'coco' })).toEqual({
      format: 'coco',
      options: { frames: 'all', segmentation: 'rle', tolerance: 0 },
    });
    expect(parseExportOptions('cvat-xml', { objects: [2, 1], tolerance: 3 })).toEqual({
      frames: 'all',
      objects: [2, 1],
      tolerance: 3,
    });
  });

  it.each([
    [{ format: 'coco', options: { segmentation: 'rles' } }, 'OPTION_OUT_OF_RANGE', 'rle, polygon'],
    [{ format: 'davis', options: { segmentation: 'rle' } }, 'OPTION_UNKNOWN', 'segmentation'],
    [{ format: 'coco', options: { tolerance: 21 } }, 'OPTION_OUT_OF_RANGE', '[0, 20]'],
    [{ format: 'coco', options: { objects: [0] } }, 'OPTION_OUT_OF_RANGE', '[1, 254]'],
    [{ format: 'coco', option: {} }, 'OPTION_UNKNOWN', 'option'],
    [{ format: 'cocoa' }, 'OPTION_OUT_OF_RANGE', 'coco, '],
    [{}, 'OPTION_OUT_OF_RANGE', 'format'],
    ['coco', 'REQUEST_INVALID', ''],
    [null, 'REQUEST_INVALID', ''],
    [{ format: 'coco', options: null }, 'REQUEST_INVALID', ''],
  ])('%j is refused as %s', (body, code, word) => {
    expect(problemsOf(body)[0]).toMatchObject({ code, message: expect.stringContaining(word) });
  });

  it('in the document has the options of all formats, each with the formats that have it', () => {
    const { properties } = z.toJSONSchema(exportRequest, { io: 'input' }) as unknown as {
      properties: { format: { enum: string[] }; options: { properties: Record<string, { description: string }> } };
    };
    expect(properties.format.enum).toEqual(EXPORT_FORMAT_NAMES);
    const known = EXPORT_FORMAT_NAMES.flatMap((name) => Object.keys(EXPORT_FORMATS[name].options));
    expect(Object.keys(properties.options.properties).sort()).toEqual(
      [...new Set([...known, 'frames', 'objects'])].sort(),
    );
    expect(properties.options.properties.classId!.description).toMatch(/^Of mots-txt, mots-png\. /);
  });
});
