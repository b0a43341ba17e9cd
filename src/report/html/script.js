const by = (id) => document.getElementById(id);
const form = by('filter');
const selects = ['operation', 'check', 'result', 'status'].map(by);
const only = by('failed');
const indexed = new Map([...document.querySelectorAll('#index li')].map((item) => [item.querySelector('a').hash.slice(1), item]));
const findings = [...document.querySelectorAll('.finding')].map((entry) => ({
  entry, text: null, item: indexed.get(encodeURIComponent(entry.id)) ?? indexed.get(entry.id), checks: entry.dataset.checks.split(' '),
  operations: entry.dataset.operations.split('\n'), result: entry.dataset.result, statuses: entry.dataset.statuses.split('\n'),
}));

// Cases wait as text until their operation is opened: thousands of them would keep the page from opening.
const plain = { lt: '<', gt: '>', quot: '"', amp: '&' };
const ROW = /^<details class="case" id="([^"]*)"(?: data-checks="([^"]*)")? data-status="([^"]*)" data-result="([^"]*)"/;
const groups = [...document.querySelectorAll('#cases .group')].map((group) => {
  const operations = [group.dataset.operation];
  const cases = group.querySelector('noscript').textContent.split(/(?=<details class="case")/).map((html) => {
    const [, id, checks, status, result] = ROW.exec(html);
    return { html, id, operations, result, statuses: [status], checks: (checks ?? '').split(' '), shows: true, text: null };
  });
  const rows = document.createElement('div');
  group.append(rows);
  const many = group.querySelector('.many');
  const one = { group, rows, cases, many, all: many.textContent, built: false, opened: false };
  group.addEventListener('toggle', () => build(one));
  return one;
});
const cases = groups.flatMap((one) => one.cases);
const build = (one) => {
  if (one.built || !one.group.open) return;
  one.built = true;
  one.rows.innerHTML = one.cases.filter((row) => row.shows).map((row) => row.html).join('');
  copying(one.rows);
};

const textOf = (one) => one.entry ? one.entry.textContent
  : `${one.operations[0]} ${one.html.replace(/<[^>]*>/g, ' ').replace(/&(lt|gt|quot|amp);/g, (_, name) => plain[name])}`;
const fits = (one, wanted, terms) => {
  const [operation, check, result, status] = wanted;
  if (operation && !one.operations.includes(operation)) return false;
  if (check && !one.checks.includes(check)) return false;
  if (result && one.result !== result) return false;
  if (status && !one.statuses.includes(status)) return false;
  if (terms.length === 0) return true;
  one.text ??= textOf(one).toLowerCase();
  return terms.every((term) => one.text.includes(term));
};
const filter = () => {
  const wanted = selects.map((select) => select.value);
  const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const some = terms.length > 0 || wanted.some(Boolean);
  only.checked = by('result').value === 'failed';
  let found = 0;
  let tried = 0;
  for (const one of findings) {
    one.entry.hidden = !fits(one, wanted, terms);
    if (one.item) one.item.hidden = one.entry.hidden;
    if (!one.entry.hidden) found += 1;
  }
  for (const group of document.querySelectorAll('#index .check-group')) group.hidden = !group.querySelector('li:not([hidden])');
  for (const one of groups) {
    one.shown = 0;
    for (const row of one.cases) {
      const shows = fits(row, wanted, terms);
      if (row.shows !== shows) one.built = false;
      row.shows = shows;
      if (shows) one.shown += 1;
    }
    tried += one.shown;
  }
  for (const one of groups) {
    one.group.hidden = one.shown === 0;
    one.many.textContent = some ? `${one.shown} of ${one.cases.length}` : one.all;
    // Few that fit are shown at once, for as long as they are few.
    const few = some && one.shown > 0 && tried <= 50;
    if (few !== one.opened && one.group.open !== few) one.group.open = few;
    one.opened = few;
    build(one);
  }
  document.querySelector('#findings .nothing').hidden = found > 0 || findings.length === 0;
  document.querySelector('#cases .nothing').hidden = tried > 0 || cases.length === 0;
  by('shown').textContent = some ? `${found} of ${findings.length} facts and ${tried} of ${cases.length} cases` : '';
};

// The filter stands in the address, so that a link shows what its sender saw.
const FIELDS = [...selects, search];
const keep = () => {
  const set = FIELDS.filter((field) => field.value).map((field) => [field.id, field.value]);
  const hash = set.length ? `#?${new URLSearchParams(set)}` : '';
  if (!hash && !location.hash.startsWith('#?')) return;
  try { history.replaceState(null, '', hash || location.href.split('#')[0]); } catch { /* Some pages may not. */ }
};
const kept = () => {
  const set = new URLSearchParams(location.hash.slice(2));
  for (const field of FIELDS) field.value = set.get(field.id) ?? '';
  filter();
};
const changed = () => { filter(); keep(); };
let soon;
const later = () => { clearTimeout(soon); soon = setTimeout(changed, cases.length > 1000 ? 150 : 0); };
search.addEventListener('input', later);
for (const select of selects) select.addEventListener('change', changed);
only.addEventListener('change', () => {
  by('result').value = only.checked ? 'failed' : '';
  changed();
});
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('reset', () => setTimeout(changed, 0));
form.hidden = false;

// A link into what is closed, not built yet or filtered away shows it.
const reveal = () => {
  if (location.hash.startsWith('#?')) {
    kept();
    return;
  }
  let id;
  try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
  const home = groups.find((one) => one.cases.some((row) => row.id === id));
  if (home?.cases.some((row) => row.id === id && !row.shows) || by(id)?.closest('[hidden]')) {
    for (const field of FIELDS) field.value = '';
    filter();
  }
  if (home) {
    home.group.open = true;
    build(home);
  }
  const target = by(id);
  if (!target) return;
  const card = target.querySelector(':scope > .card');
  if (card) card.open = true;
  for (let at = target; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
  document.querySelector('.sought')?.classList.remove('sought');
  target.classList.add('sought');
  target.scrollIntoView();
};
addEventListener('hashchange', reveal);
// What a browser remembers of a form is applied.
if (location.hash) reveal();
else if (FIELDS.some((field) => field.value)) filter();
