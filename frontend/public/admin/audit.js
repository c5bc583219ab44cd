import { get, path } from '../core/api.js';
import { el } from '../core/dom.js';
import { moment, t } from '../core/i18n.js';
import { table } from '../core/section.js';
import { filterInput, filters } from './filters.js';

const actions = ['user.create', 'user.update', 'user.disable', 'user.enable', 'user.password', 'user.delete', 'session.login', 'session.logout_everywhere', 'invite.create', 'invite.revoke',
  'key.set', 'key.delete', 'share.on', 'share.off', 'token.create', 'token.revoke', 'runner.stop', 'runner.recycle', 'runner.idle', 'runner.suspend', 'runner.resume', 'config.approve', 'sealing_key.rotate'];

export async function page() {
  const asked = filters(['actor', 'action', 'target', 'before']);
  const { entries, next } = await get(path(['api', 'admin', 'audit'], { ...asked, limit: 100 }));
  return [
    el('div', { className: 'filters' }, filterInput('actor', t('actor'), asked.actor), filterInput('action', t('action'), asked.action, actions.map((name) => [name, name])),
      filterInput('target', t('target'), asked.target), el('a', { className: 'button', download: 'audit.csv', href: path(['api', 'admin', 'audit'], { ...asked, format: 'csv' }) }, t('download_csv'))),
    table([t('time'), t('actor'), t('action'), t('target'), t('change_of'), t('request'), t('address')], entries.map((entry) => [
      moment(entry.at), entry.actor?.email ?? entry.actor?.kind ?? '', el('code', {}, entry.action), entry.target ?? '', changed(entry), el('code', { className: 'quiet' }, entry.request_id ?? ''), entry.address ?? '']), t('nothing_found')),
    next && el('a', { className: 'button', href: path(['admin', 'audit'], { ...asked, before: String(next) }) }, t('more')),
  ];
}

const word = (value) => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
const changed = ({ before, after }) => [word(before), word(after)].filter(Boolean).join(' → ');
