const root = document.documentElement;
const stored = (value) => {
  // Pages from a folder may have no storage.
  try {
    if (value) localStorage.setItem('theme', value);
    return localStorage.getItem('theme');
  } catch { return null; }
};

const toggle = document.getElementById('theme');
const dark = () => root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
const rename = () => { toggle.textContent = dark() ? 'Light theme' : 'Dark theme'; };
if (['light', 'dark'].includes(stored())) root.dataset.theme = stored();
toggle.addEventListener('click', () => {
  root.dataset.theme = dark() ? 'light' : 'dark';
  stored(root.dataset.theme);
  rename();
});
toggle.hidden = false;
rename();

const search = document.querySelector('input[type="search"]');
document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input, textarea, select');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    search.focus();
  } else if (event.key === 'Escape' && event.target === search && search.value) {
    search.value = '';
    search.dispatchEvent(new Event('input'));
  }
});

const copying = (within) => {
  if (!navigator.clipboard) return;
  for (const figure of within.querySelectorAll('figure[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(figure.querySelector('pre').textContent);
        button.textContent = 'Copied';
      } catch { button.textContent = 'Not copied'; }
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    });
    figure.querySelector('figcaption').append(button);
  }
};
copying(document);
