const contents = document.querySelector('#contents details');
const narrow = matchMedia('(max-width: 59.99rem)');
if (narrow.matches) contents.open = false;
contents.addEventListener('click', (event) => {
  if (narrow.matches && event.target.closest('a')) contents.open = false;
});

const found = document.getElementById('found');
const nothing = document.getElementById('nothing');
const entries = [...document.querySelectorAll('.entry')].map((entry) => ({
  entry, item: contents.querySelector(`[data-for="${CSS.escape(entry.id)}"]`), text: null,
}));
const groups = [...document.querySelectorAll('.group')].map((group) => ({
  group, title: contents.querySelector(`p > a[href="#${CSS.escape(group.id)}"]`)?.parentElement,
}));
const filter = () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const one of entries) {
    one.text ??= one.entry.textContent.toLowerCase();
    const fits = words.every((word) => one.text.includes(word));
    one.entry.hidden = !fits;
    if (one.item) one.item.hidden = !fits;
    if (fits) shown += 1;
  }
  for (const { group, title } of groups) {
    const empty = !group.querySelector('.entry:not([hidden])');
    group.hidden = empty;
    if (title) title.hidden = empty;
  }
  for (const id of ['overview', 'authentication']) {
    const section = document.getElementById(id);
    if (section) section.hidden = words.length > 0;
  }
  nothing.hidden = shown > 0;
  found.textContent = words.length === 0 ? '' : `${shown} of ${entries.length} found`;
  if (words.length > 0) contents.open = true;
};
search.closest('.search').hidden = false;
let soon;
search.addEventListener('input', () => { clearTimeout(soon); soon = setTimeout(filter, entries.length > 100 ? 120 : 0); });
// A link into what the search hides shows it again.
const reveal = () => {
  let id;
  try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
  const target = id && document.getElementById(id);
  if (target && target.closest('[hidden]')) {
    search.value = '';
    filter();
    target.scrollIntoView();
  }
};
addEventListener('hashchange', reveal);

let here;
const watcher = new IntersectionObserver((changes) => {
  for (const change of changes) {
    if (!change.isIntersecting) continue;
    here?.classList.remove('here');
    here?.removeAttribute('aria-current');
    here = entries.find((one) => one.entry === change.target)?.item?.querySelector('a');
    here?.classList.add('here');
    here?.setAttribute('aria-current', 'location');
  }
}, { rootMargin: '-20% 0px -75% 0px' });
for (const one of entries) watcher.observe(one.entry);
