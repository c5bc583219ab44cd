import { SectionView } from '../core/section.js';

const pages = {
  overview: () => import('./overview.js'), runners: () => import('./runners.js'), users: () => import('./users.js'),
  invites: () => import('./invites.js'), audit: () => import('./audit.js'),
};

export class Section extends SectionView {
  constructor(route, options) {
    super({ name: 'admin', pages, route, options, wide: true });
  }
}
