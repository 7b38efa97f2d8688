import { EXPORT_FORMATS as OFFERED, parseExportRequest, type ExportFormat } from '@propago/contracts';
import { EXPORT_FORMATS } from '../../services/web/src/workbench/export-formats';
import { lossText } from '../../services/web/src/workbench/export-loss';
import { EXPORT_SETTINGS, optionsOf } from '../../services/web/src/workbench/export-options';
import { exportSnippet, LANGUAGES } from '../../services/web/src/workbench/export-snippets';

const formats = Object.keys(OFFERED) as ExportFormat[];

describe('the export screen', () => {
  it('offers every format, with what it cannot hold in the words of the API', () => {
    expect(Object.keys(EXPORT_FORMATS)).toEqual(formats);
    for (const format of formats) {
      const { isExact, cannotHold } = OFFERED[format];
      expect({ format, ...EXPORT_FORMATS[format] }).toMatchObject({ format, isExact, cannotHold });
    }
  });

  it('asks for nothing that the API refuses, and assumes what it assumes', () => {
    const assumed = (format: ExportFormat) => parseExportRequest({ format }).options;
    for (const { id, formats: having, choices } of EXPORT_SETTINGS) {
      for (const format of having) {
        const made = choices.map((choice) =>
          optionsOf(format, { chosen: { [id]: choice.id }, object: null, isComplete: true }),
        );
        const parsed = made.map((options) => JSON.stringify(parseExportRequest({ format, options }).options));
        expect(parsed[0]).toBe(JSON.stringify(assumed(format)));
        expect(new Set(parsed).size).toBe(choices.length);
      }
    }
  });

  it('asks for one object, and for what is there of a run that goes on', () => {
    const options = optionsOf('csv', { chosen: {}, object: 2, isComplete: false });
    expect(parseExportRequest({ format: 'csv', options }).options).toMatchObject({ frames: 'available', objects: [2] });
  });

  it.each(LANGUAGES)('has lines in %s that name the run, the format and its options', (language) => {
    const asked = { origin: 'http://here:1', runId: 'r1', format: 'coco', options: { tolerance: 1 } } as const;
    const lines = exportSnippet(language, asked);
    expect(lines).toContain('http://here:1/v1/runs/r1/exports');
    expect(lines).toContain('{"format":"coco","options":{"tolerance":1}}');
  });
});

describe('what an export has lost', () => {
  const loss = {
    masks: 96,
    meanJaccard: 0.98765,
    lowest: { jaccard: 0.75, frame: 12, object: 2 },
    withHoles: 1,
    withParts: 3,
  };

  it('is said with the worst mask and the name of its object', () => {
    expect(lossText({ isExact: false, loss }, new Map([[2, 'cyclist']]))).toBe(
      'Mean J to the masks 0.988, lowest 0.750 (frame 12, cyclist), 1 mask with holes, 3 masks of several parts',
    );
  });

  it('is nothing of an exact file, and unsaid where nothing was measured', () => {
    expect(lossText({ isExact: true, loss: null }, new Map())).toBe('Exact to the pixel');
    expect(lossText({ isExact: false, loss: null }, new Map())).toBe('');
  });
});
