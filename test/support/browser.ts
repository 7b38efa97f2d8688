import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** Debian's, or that of CHROMIUM_PATH, which the setup of the tests gives. */
const PROGRAMS = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** @throws Error that says how to get a browser where there is none: these tests are never skipped */
export async function startBrowser(): Promise<Browser> {
  const executablePath = PROGRAMS.find((path) => path !== undefined && existsSync(path));
  if (!executablePath) {
    throw new Error('The tests of the page need Chromium: apt-get install chromium, or set CHROMIUM_PATH.');
  }
  // A sandbox needs rights that containers do not give; the pages are our own.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'] });
}

const AXE = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  id: string;
  impact: string;
  nodes: string[];
}

// Texts, because they are run by the browser and know nothing of this program.
const SAY_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) => {
  window.complain(['security policy:', event.violatedDirective, event.blockedURI, event.sourceFile, event.sample].join(' '));
})`;
const RUN_AXE = `axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => ({
  id,
  impact,
  nodes: nodes.slice(0, 4).map(({ html, failureSummary }) => html + ' ' + failureSummary),
})))`;

/** A tab of a browser that keeps all that must never happen: code or requests of elsewhere, and errors. */
export class Tab {
  readonly complaints: string[] = [];

  private constructor(
    readonly page: Page,
    readonly url: string,
  ) {}

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Tab> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const tab = new Tab(await context.newPage(), url);
    const { page, complaints } = tab;
    await page.exposeFunction('complain', (text: string) => complaints.push(text));
    await page.addInitScript({ content: SAY_VIOLATIONS });
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('console', (message) => {
      // What the server refuses shows on the page; the browser also writes it here.
      if (message.type() === 'error' && !message.text().includes('Failed to load resource')) {
        complaints.push(`console: ${message.text()}`);
      }
    });
    page.on('request', (request) => {
      const address = request.url();
      if (!address.startsWith(url) && !/^(data|blob):/.test(address)) complaints.push(`request to ${address}`);
    });
    return tab;
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(`${this.url}${path}`);
  }

  /** Serious and critical findings of axe. */
  async findings(): Promise<Finding[]> {
    await this.page.evaluate(AXE);
    const results = await this.page.evaluate<Finding[]>(RUN_AXE);
    return results.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
