import { bearer } from './support/closed-platform';
import { patchEncoder } from './support/model-files';
import { leave, PagePlatform, PATIENCE } from './support/page';
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
});
