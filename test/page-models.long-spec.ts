import { bearer } from './support/closed-platform';
import { patchEncoder } from './support/model-files';
import { leave, PagePlatform, PATIENCE } from './support/page';
import { PAGE_OVERFLOW } from './support/page-screens';
import { until } from './support/platform';
import { smallClip } from './support/small-clip';

jest.setTimeout(600_000);

let sut: PagePlatform;

beforeAll(async () => {
  // Two small encoders take part, which are no better than untrained ones.
  const env = { VALIDATION_MIN_QUALITY: '0', VALIDATION_MAX_QUALITY_DROP: '1' };
  sut = await PagePlatform.start({ ...env, VALIDATION_MAX_SLOWDOWN: '1000' });
});
afterAll(() => sut?.stop());

/** As long as a note may be, without a place to break it. */
const LONG_NOTE = 'Kreuzungsaufnahme_'.repeat(12).slice(0, 190);
/** As long as the name of a model, and the beginning of an alias, may be. */
const MODEL_NAME = 'Nachtaufnahmen-der-Kreuzung-'.repeat(4).slice(0, 100);
const ALIAS = 'shown-to-people-in-november-nr';
/** Run by the browser: px by which something is wider than the panel that it is in. */
const PANEL_OVERFLOW = `Math.max(...[...document.querySelectorAll('.tab-panel, .panel-part')].map(
  (one) => one.scrollWidth - one.clientWidth,
))`;

/** Versions that are there in the tables only: to validate as many would take an hour. */
async function manyVersions(): Promise<void> {
  const { platform } = sut.closed;
  const of = ['many', ...Array.from({ length: 60 }, (_, i) => i + 1)];
  for (const [name, ...versions] of [of, [MODEL_NAME, 1]] as [string, ...number[]][]) {
    await platform.query(
      `insert into "ModelVersion" (name, version, sha256, bytes, state, card, provenance, "createdBy")
       select $1, number, sha256, bytes, state, card, $3, $4 from "ModelVersion", unnest($2::int[]) number
       where name = 'conv-descriptor'`,
      [name, versions, JSON.stringify({ note: LONG_NOTE }), LONG_NOTE],
    );
    const aliases = ['champion', ...Array.from({ length: 18 }, (_, i) => `${ALIAS}${i}`)];
    await platform.query('insert into "ModelAlias" (name, alias, version) select $1, unnest($2::text[]), $3', [
      name,
      aliases,
      Math.max(1, versions.length - 3),
    ]);
    await platform.query('insert into "ModelTraffic" (name, split) values ($1, $2)', [
      name,
      JSON.stringify([{ alias: 'champion', percent: 100 }]),
    ]);
  }
}

describe('the page of a model', () => {
  it('makes a version the canary, promotes it, and compares it with its shadow', async () => {
    const clip = await smallClip({ frames: 8 });
    const register = async (dim: number): Promise<number> => {
      const form = new FormData();
      form.append('model', new Blob([new Uint8Array(patchEncoder({ dim }))]), 'model.onnx');
      const address = `${sut.url}/v1/admin/models/patches/versions`;
      const answer = await fetch(address, { method: 'POST', body: form, headers: bearer(sut.key) });
      const { version } = (await answer.json()) as { version: number };
      const view = `/v1/admin/models/patches/versions/${version}`;
      await until('it is ready', async () => (await sut.asked<{ state: string }>(view)).state === 'READY', 280_000);
      return version;
    };
    await register(9);
    await register(12);
    const tab = await sut.signedIn('/models/patches');
    const { page } = tab;
    await page.getByRole('button', { name: 'Make canary' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make canary' }).click();
    await page.getByRole('button', { name: 'Promote' }).click();
    await page.getByRole('button', { name: 'Promote version 2' }).click();
    await page.getByText('patches:2 is the champion now').waitFor();
    expect(await sut.asked('/v1/admin/models/patches')).toMatchObject({
      aliases: expect.arrayContaining([expect.objectContaining({ alias: 'champion', version: 2, previousVersion: 1 })]),
    });

    await page.getByRole('button', { name: 'Show the worst frames' }).click();
    for (const clipName of ['look-alikes', 'changing-light']) {
      await page.getByRole('img', { name: `What was found of ${clipName}` }).waitFor(PATIENCE);
    }
    // The former champion in the shadow of the new one.
    await page.getByRole('grid', { name: 'Versions' }).getByRole('row', { name: /^1\b/ }).click();
    await page.getByRole('button', { name: 'Make shadow' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Make shadow' }).click();
    await page.getByText('patches:1 is the shadow now').waitFor();
    const { id } = await sut.finishedRun('Shadowed', clip, { encoder: 'patches' });
    await page.getByRole('button', { name: `Show pictures of ${id.slice(0, 8)}` }).click(PATIENCE);
    const differences = page.getByRole('region', { name: 'Largest differences' });
    await differences
      .getByRole('img', { name: /by the shadow$/ })
      .first()
      .waitFor(PATIENCE);
    await differences.getByRole('link', { name: 'Shadowed' }).waitFor();
    await leave(tab);
  });

  it('has room for long names, many versions and many aliases, and finds one of them by a part of its name', async () => {
    const { videoId } = await sut.finishedRun('For many versions', await smallClip({ frames: 8 }));
    await manyVersions();
    const phone = { viewport: { width: 390, height: 844 } };
    for (const options of [{}, phone]) {
      const tab = await sut.signedIn('/models/many', options);
      const { page } = tab;
      const versions = page.getByRole('grid', { name: 'Versions' });
      await versions
        .getByRole('row', { name: /^57 .*champion/ })
        .getByText('Ready')
        .click(PATIENCE);
      await page.getByRole('complementary', { name: 'Version 57' }).getByText(`${ALIAS}17`).waitFor();
      await tab.goto(`/models/${MODEL_NAME}`);
      await page.getByRole('heading', { name: `${MODEL_NAME}:1` }).waitFor(PATIENCE);
      expect(await page.evaluate<number>(PAGE_OVERFLOW)).toBe(0);

      await tab.goto(`/new/${videoId}`);
      await page.getByRole('button', { name: /Encoder/ }).click(PATIENCE);
      await page.getByRole('searchbox', { name: 'Search Encoder' }).fill(MODEL_NAME.slice(0, 12).toUpperCase());
      await page
        .getByRole('option')
        .and(page.getByText(`${MODEL_NAME}:1`))
        .click();
      await page
        .getByRole('button', { name: /Encoder/ })
        .getByText(':1')
        .waitFor();
      expect(await page.evaluate<number>(PANEL_OVERFLOW)).toBe(0);
      await leave(tab);
    }
  });
});
