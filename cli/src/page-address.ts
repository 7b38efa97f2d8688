/** Where the page is. What follows # stays in the browser: no server and no log sees it. */
export const pageAddress = (url: string, link?: string): string =>
  link === undefined ? `${url}/` : `${url}/#sign-in=${link}`;
