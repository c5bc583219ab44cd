import { t } from '../core/i18n.js';

/** Says once, to a screen reader, that a reply started, finished or failed. */
export function announce(what) {
  const region = document.getElementById('polite');
  if (region) region.textContent = t(`reply.${what}`);
}
