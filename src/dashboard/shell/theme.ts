/** `auto` follows the system. */
export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** The only thing that this page stores in the browser. */
const stored = 'kici-theme';

export function currentTheme(): Theme {
  const name = localStorage.getItem(stored);
  return themes.find((theme) => theme === name) ?? 'auto';
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'auto') localStorage.removeItem(stored);
  else localStorage.setItem(stored, theme);
  applyTheme();
}

export function applyTheme(): void {
  const theme = currentTheme();
  if (theme === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
