import { PagePlatform } from './support/page';
import { PageScreens, screensClip } from './support/page-screens';

jest.setTimeout(300_000);

let sut: PagePlatform;
let screens: PageScreens;

beforeAll(async () => {
  sut = await PagePlatform.shared();
  screens = await PageScreens.on(sut, await screensClip());
});
afterAll(() => sut?.stop());

// Dark, and on a phone: page.e2e-spec.ts.
describe.each([
  ['light', { colorScheme: 'light' }],
  ['wide', { colorScheme: 'light', viewport: { width: 1920, height: 1080 } }],
] as const)('every screen (%s)', (_, options) => {
  it('has no serious finding of axe, and scrolls in no direction that it should not', () =>
    screens.expectSound(options));
});
