import type { ModelVersionResource } from './model-resource';
import { versionTable } from './version-table';

function version(number: number, more: Partial<ModelVersionResource> = {}): ModelVersionResource {
  return {
    name: 'vit',
    version: number,
    state: 'READY',
    reasons: [],
    sha256: 'a'.repeat(64),
    bytes: 22_198_583,
    aliases: [],
    createdAt: '2026-11-26T23:54:24.123Z',
    createdBy: 'ann',
    card: null,
    report: null,
    provenance: {},
    ...more,
  };
}

function scored(quality: number, clips?: number): ModelVersionResource['report'] {
  const probe = { frame: { width: 864, height: 480 }, secondsPerFrame: 0.4567, threads: 1, peakMemoryBytes: 1e9 };
  return { probe, quality: { quality, J: quality, F: quality, clips, sequences: [] } };
}

describe('versionTable', () => {
  it('has the measurements of the gate, or why a version was refused', () => {
    const refused = { state: 'REJECTED' as const, reasons: [{ code: 'MODEL_QUALITY', detail: 'too bad' }] };
    const note = { note: 'trained for a week\non everything that was there to be had' };
    const ready = version(1, { aliases: ['champion'], report: scored(0.483, 2), provenance: note });
    expect(versionTable([version(2, refused), ready]).split('\n')).toEqual([
      'version  state     aliases   J&F   s/frame  MB    created           note',
      'vit:2    REJECTED            -     -        22.2  2026-11-26 23:54  MODEL_QUALITY',
      'vit:1    READY     champion  48.3  0.457    22.2  2026-11-26 23:54  trained for a week on everything that w…',
    ]);
  });

  it('marks scores on older clips than others', () => {
    const table = versionTable([
      version(3, { report: scored(0.483, 2) }),
      version(2),
      version(1, { report: scored(0.86) }),
    ]);
    expect(table).toMatch(/^vit:3 .* 48\.3 /m);
    expect(table).toMatch(/^vit:1 .* \(86\.0\) /m);
    expect(table).toMatch(/\nJ&F in brackets: /);
    expect(versionTable([version(1, { report: scored(0.86) })])).not.toContain('(');
  });
});
