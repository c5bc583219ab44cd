// A classic script, before anything is painted: theme, language, and a way out when a module could not be loaded.
(() => {
  const read = (key) => {
    try { return JSON.parse(localStorage.getItem(`operatord.${key}`)); } catch { return null; }
  };
  const theme = read('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  const language = read('language');
  document.documentElement.lang = language === 'en' || language === 'zh' ? language : /^zh\b/.test(navigator.language) ? 'zh' : 'en';
  document.addEventListener('error', ({ target }) => {
    if (target.tagName !== 'SCRIPT' || target.type !== 'module') return;
    let tries = 0;
    try { tries = Number(sessionStorage.getItem('operatord.tries')); sessionStorage.setItem('operatord.tries', tries + 1); } catch { tries = 2; }
    if (tries < 2) return setTimeout(() => location.reload(), 1000);
    const button = document.createElement('button');
    Object.assign(button, { className: 'button', textContent: '↻', onclick: () => location.reload() });
    document.getElementById('app').replaceChildren(button);
  }, true);
})();
