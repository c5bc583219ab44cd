import { SectionView } from '../core/section.js';

const pages = {
  general: () => import('./general.js'), keys: () => import('./keys.js'), runners: () => import('./runners.js'),
  tokens: () => import('./tokens.js'), data: () => import('./data.js'), account: () => import('./account.js'), shortcuts: () => import('./shortcuts.js'),
};

export class Section extends SectionView {
  constructor(route, options) {
    super({ name: 'settings', pages, route, options });
  }
}
