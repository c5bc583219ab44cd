// A classic script, run before anything is painted: the theme and the language that were chosen.
(() => {
  const read = (key) => {
    try { return JSON.parse(localStorage.getItem(`operatord.${key}`)); } catch { return null; }
  };
  const theme = read('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  const language = read('language');
  document.documentElement.lang = language === 'en' || language === 'zh' ? language : /^zh\b/.test(navigator.language) ? 'zh' : 'en';
})();
