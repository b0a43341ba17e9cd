(() => {
  'use strict';
  const by = (id) => document.getElementById(id);
  const form = by('filter');
  const words = by('words');
  const selects = ['operation', 'check', 'result'].map(by);
  const read = (selector) => [...document.querySelectorAll(selector)].map((entry) => ({
    entry, text: null,
    operation: entry.dataset.operation, result: entry.dataset.result, checks: (entry.dataset.checks ?? '').split(' '),
  }));
  const findings = read('.finding');
  const cases = read('.case');
  const groups = [...document.querySelectorAll('.group')].map((group) => {
    const many = group.querySelector('.many');
    return { group, many, all: many.textContent, total: group.querySelectorAll('.case').length };
  });
  const groupOf = new Map(groups.map((one) => [one.group, one]));
  const fits = (one, wanted, terms) => {
    const [operation, check, result] = wanted;
    if (operation && one.operation !== operation) return false;
    if (check && !one.checks.includes(check)) return false;
    if (result && one.result !== result) return false;
    if (terms.length === 0) return true;
    one.text ??= one.entry.textContent.toLowerCase();
    return terms.every((term) => one.text.includes(term));
  };
  const apply = (all, wanted, terms) => {
    let count = 0;
    for (const one of all) {
      const shows = fits(one, wanted, terms);
      if (one.entry.hidden === shows) one.entry.hidden = !shows;
      one.shows = shows;
      if (shows) count += 1;
    }
    return count;
  };
  const filter = () => {
    const wanted = selects.map((select) => select.value);
    const terms = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const some = terms.length > 0 || wanted.some(Boolean);
    const found = apply(findings, wanted, terms);
    const tried = apply(cases, wanted, terms);
    for (const one of groups) one.shown = 0;
    for (const one of cases) if (one.shows) groupOf.get(one.entry.closest('.group')).shown += 1;
    for (const one of groups) {
      one.group.hidden = one.shown === 0;
      one.many.textContent = some ? `${one.shown} of ${one.total}` : one.all;
      if (some && tried <= 50) one.group.open = true;
    }
    document.querySelector('#findings .nothing').hidden = found > 0 || findings.length === 0;
    document.querySelector('#cases .nothing').hidden = tried > 0 || cases.length === 0;
    by('shown').textContent = some ? `${found} of ${findings.length} findings and ${tried} of ${cases.length} cases` : '';
  };
  let soon;
  const later = () => { clearTimeout(soon); soon = setTimeout(filter, cases.length > 1000 ? 150 : 0); };
  words.addEventListener('input', later);
  for (const select of selects) select.addEventListener('change', filter);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(filter, 0));
  form.hidden = false;
  // What a browser remembers of a form is applied.
  if (words.value || selects.some((select) => select.value)) filter();

  // A link into what is closed or filtered away shows it.
  const reveal = () => {
    let target;
    try { target = by(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target) return;
    if (target.closest('[hidden]')) {
      form.reset();
      filter();
    }
    for (let at = target; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true;
    target.scrollIntoView();
  };
  addEventListener('hashchange', reveal);
  if (location.hash) reveal();
})();
