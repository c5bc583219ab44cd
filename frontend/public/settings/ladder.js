/**
 * The tiers of one variable for one backend, highest first, without a document: `{tier, masked, isSet, wins}`.
 * `keys` is the answer of /api/me/env-overrides. A tier below is listed when it can have a value.
 */
export function ladder(keys, variable, backend) {
  const effective = keys.effective[backend]?.[variable] ?? { source: 'unset', masked: null };
  const own = keys.overrides[backend]?.[variable] ?? null;
  const global = keys.overrides['']?.[variable] ?? null;
  const shared = Boolean(keys.admin_shared[variable] && keys.admin_shared_present?.[variable]);
  const masked = (source) => (effective.source === source ? effective.masked ?? null : null);
  const rows = [
    { tier: 'backend', masked: own, isSet: own !== null },
    { tier: 'global', masked: global, isSet: global !== null },
    { tier: 'shared', masked: masked('shared'), isSet: shared },
    { tier: 'stack', masked: masked('stack'), isSet: effective.source === 'stack' },
    { tier: 'backend_default', masked: masked('backend_default'), isSet: effective.source === 'backend_default' },
  ];
  return rows.filter(({ tier, isSet }) => isSet || tier === 'backend' || tier === 'global' || tier === 'shared')
    .map((row) => ({ ...row, wins: row.tier === effective.source }));
}

/** How many running agents use a variable (of one backend, or of all when it is empty). */
export function runnersOf(keys, runners, variable, backend) {
  const users = backend ? [backend] : keys.backends[variable] ?? [];
  return users.filter((name) => ['ready', 'starting', 'pulling', 'queued', 'draining'].includes(runners[name]?.phase)).length;
}
