import { each, gauge, one, type MetricRow } from './metric-rows.ts'

const MS_PER_SECOND = 1_000

/** The account and readiness. Amounts are nobody's business: only how many there are. */
export const ACCOUNT_METRICS: readonly MetricRow[] = [
  gauge('qtx_ready', 'Whether every check holds.', [], ({ context, status }) =>
    one(context && Object.values(status).every(({ ok }) => ok) ? 1 : 0),
  ),
  gauge('qtx_check', 'Each check of the status: 1 when it holds.', ['check'], ({ status }) =>
    each('check', Object.fromEntries(Object.entries(status).map(([name, { ok }]) => [name, ok ? 1 : 0]))),
  ),
  gauge(
    'qtx_exchange_connected',
    'Whether the exchange answers.',
    [],
    ({ context }) => context && one(context.connector.networkStatus === 'connected' ? 1 : 0),
  ),
  gauge('qtx_clock_skew_seconds', 'This machine’s clock less the exchange’s.', [], ({ context }) =>
    one(inSeconds(context?.connector.clockSkewMs)),
  ),
  gauge(
    'qtx_private_stream_age_seconds',
    'Since the private stream’s last frame of any kind.',
    [],
    ({ context }) => one(inSeconds(context?.connector.accountAge.streamMs)),
  ),
  gauge(
    'qtx_account_stale',
    'Whether nothing tells of changes of the account at the moment.',
    [],
    ({ context }) => context && one(context.connector.accountAge.isStale ? 1 : 0),
  ),
  gauge('qtx_account_balances_age_seconds', 'Since balances were last fetched whole.', [], ({ context }) =>
    one(inSeconds(context?.connector.accountAge.balancesMs)),
  ),
  gauge('qtx_account_positions_age_seconds', 'Since positions were last fetched whole.', [], ({ context }) =>
    one(inSeconds(context?.connector.accountAge.positionsMs)),
  ),
  gauge('qtx_account_assets', 'Assets that the account has something of.', [], ({ context }) =>
    one(context?.connector.balanceAssets.length),
  ),
  gauge('qtx_account_positions', 'Open positions.', [], ({ context }) =>
    one(context?.connector.positions.size),
  ),
]

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / MS_PER_SECOND
}
