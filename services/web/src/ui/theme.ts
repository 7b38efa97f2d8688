export type Theme = 'system' | 'light' | 'dark';

const KEY = 'propago-theme';

export const currentTheme = (): Theme => (localStorage.getItem(KEY) as Theme | null) ?? 'system';

/** Shows the page light or dark; by default as the system is. */
export function applyTheme(theme: Theme = currentTheme()): void {
  if (theme === 'system') {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(KEY, theme);
    document.documentElement.dataset.theme = theme;
  }
}
