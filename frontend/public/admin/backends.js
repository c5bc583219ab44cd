import { get, path, post } from '../core/api.js';
import { button, el, fill } from '../core/dom.js';
import { ago, number, t } from '../core/i18n.js';
import { table } from '../core/section.js';
import { errorToast } from '../core/toast.js';

/** Milliseconds between looks while something is pulled. */
const often = 1000;
const seldom = 10_000;

/** Each backend's image on this host, with a pull. */
export async function page(context) {
  const list = el('div', {});
  let timer = 0;
  const read = async () => {
    const { backends } = await get('/api/admin/backends');
    fill(list, table([t('name'), t('image'), t('status'), t('running'), t('drifted'), t('last_pull'), ''], backends.map((backend) => [
      el('span', { className: 'row' }, backend.display_name, backend.disabled && el('span', { className: 'badge' }, t('phase.disabled'))),
      el('div', {}, el('code', {}, backend.image), backend.image_id && el('div', { className: 'quiet' }, el('code', { title: backend.image_id }, backend.image_id.replace('sha256:', '').slice(0, 12)))),
      state(backend), backend.running, backend.drifted, last(backend), act(backend, read)])));
    clearTimeout(timer);
    timer = setTimeout(look, backends.some(({ pull }) => pull) ? often : seldom);
  };
  const look = () => (document.hidden ? (timer = setTimeout(look, seldom)) : read().catch(() => { timer = setTimeout(look, seldom); }));
  context.onClose(() => clearTimeout(timer));
  await read();
  if (!context.isOpen()) clearTimeout(timer);
  return [el('p', { className: 'lead' }, t('backends_lead')), list];
}

function state({ present, problem, pull }) {
  if (pull) return progress(pull);
  const [tone, word] = present ? ['good', 'present'] : present === false ? ['bad', 'missing'] : ['', 'unknown'];
  return el('span', { className: `badge ${tone}`, title: problem ?? '' }, t(`image_${word}`));
}

function progress({ bytes, total_bytes: total, layers, layers_done: done, status }) {
  const percent = total > 0 ? Math.min(100, Math.floor((bytes / total) * 100)) : null;
  return el('div', { className: 'pulling' }, el('progress', { 'aria-label': t('phase.pulling'), max: 100, ...(percent === null ? {} : { value: percent }) }),
    el('span', { className: 'quiet' }, percent === null ? status || t('phase.pulling') : t('pulled_of', { percent, size: number(total / 1e6, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 }), done, layers })));
}

function last({ last_pull: pull }) {
  if (!pull) return '';
  const when = ago(Date.parse(pull.ended_at) / 1000);
  return pull.problem ? el('span', { className: 'wrong' }, `${when}: ${pull.problem}`) : when;
}

function act(backend, read) {
  const isNever = backend.pull_policy === 'never';
  return button(t('pull'), () => post(path(['api', 'admin', 'backends', backend.name, 'pull'])).then(read).catch(errorToast), 'tiny',
    { disabled: isNever || Boolean(backend.pull), 'aria-label': t('pull_of', { name: backend.display_name }), title: isNever ? t('pull_never') : '' });
}
