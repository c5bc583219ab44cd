/** Quantiles of a histogram or summary in Prometheus' text format: `{p50, p95}` in seconds, or null. */
export function quantiles(text, metric) {
  const buckets = new Map();
  const summary = {};
  for (const line of text.split('\n')) {
    if (!line.startsWith(metric)) continue;
    const value = Number(line.slice(line.lastIndexOf(' ') + 1));
    const le = /[{,]le="([^"]+)"/.exec(line)?.[1];
    const quantile = /[{,]quantile="([^"]+)"/.exec(line)?.[1];
    const bound = le === '+Inf' ? Infinity : Number(le);
    if (le) buckets.set(bound, (buckets.get(bound) ?? 0) + value);
    if (quantile) summary[quantile] = value;
  }
  if (buckets.size === 0) return summary['0.5'] > 0 ? { p50: summary['0.5'], p95: summary['0.95'] ?? null } : null;
  const sorted = [...buckets].sort((a, b) => a[0] - b[0]);
  const count = sorted.at(-1)[1];
  return count === 0 ? null : { p50: at(sorted, count * 0.5), p95: at(sorted, count * 0.95) };
}

/** Linear within the bucket; the last finite bound when it lies above. */
function at(buckets, rank) {
  let below = 0;
  let from = 0;
  for (const [bound, sum] of buckets) {
    if (sum >= rank) return bound === Infinity ? from : from + (bound - from) * ((rank - below) / (sum - below || 1));
    below = sum;
    from = bound;
  }
  return from;
}

/** How many runners are in each phase, and how many failed for each reason. */
export function tally(runners) {
  const phases = {};
  const failures = {};
  for (const { phase, failure } of runners) {
    phases[phase] = (phases[phase] ?? 0) + 1;
    if (phase === 'failed' && failure) failures[failure.reason] = (failures[failure.reason] ?? 0) + 1;
  }
  return { phases, failures };
}
