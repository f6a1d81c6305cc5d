/** Light, dark, or the system's theme. */
import { $, icon } from './dom.js';
import { recall, remember, t } from './texts.js';

const THEMES = ['auto', 'light', 'dark'];
let theme = recall('theme') ?? 'auto';

export function startTheme() {
  $('theme').append(icon('theme'));
  drawTheme();
  $('theme').addEventListener('click', () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    remember('theme', theme);
    drawTheme();
  });
}

export function drawTheme() {
  if (!THEMES.includes(theme)) theme = 'auto';
  if (theme === 'auto') delete document.body.dataset.theme;
  else document.body.dataset.theme = theme;
  const words = t(`theme${theme[0].toUpperCase()}${theme.slice(1)}`);
  $('theme').setAttribute('aria-label', words);
  $('theme').title = words;
}
