import type { OrderState } from '../connector/order-types.ts'
import type { BudgetWindowUse } from '../connector/request-budget.ts'
import {
  counted,
  counter,
  each,
  gauge,
  one,
  snakeCase,
  whichOf,
  type MetricRow,
  type MetricSample,
} from './metric-rows.ts'

const MS_PER_SECOND = 1_000
const OPEN_STATES: readonly OrderState[] = [
  'pendingCreate',
  'submitUnknown',
  'open',
  'partiallyFilled',
  'pendingCancel',
]
const CIRCUIT_STATES = ['closed', 'open', 'half-open']

/** Orders, the order ring, request budgets, circuit breakers. */
export const ORDER_METRICS: readonly MetricRow[] = [
  gauge(
    'qtx_orders',
    'Orders that are not done, by state.',
    ['state'],
    ({ context }) =>
      context &&
      counted(
        'state',
        OPEN_STATES,
        [...context.connector.inFlightOrders.values()].map(({ state }) => state),
      ),
  ),
  counter(
    'qtx_orders_total',
    'Orders by what became of them; one that is unknown becomes one of the others later.',
    ['outcome'],
    ({ context }) => {
      if (!context) return undefined
      const { fills: _, ...outcomes } = context.outcomes.counts
      return each('outcome', outcomes)
    },
  ),
  counter('qtx_fills_total', 'Fills of orders.', [], ({ context }) => one(context?.outcomes.counts.fills)),
  counter(
    'qtx_order_anomalies_total',
    'Orders that are not what was said of them.',
    ['code'],
    ({ context }) =>
      context && [...context.outcomes.anomalies].map(([code, value]) => ({ labels: { code }, value })),
  ),
  gauge(
    'qtx_order_ring_connected',
    'Whether the order ring is connected.',
    [],
    ({ ring }) => ring && one(ring.state === 'connected' ? 1 : 0),
  ),
  gauge(
    'qtx_order_ring_slots',
    'Slots of the order ring: waiting for the order manager, and leased.',
    ['state'],
    ({ ring }) => ring?.ring && each('state', { waiting: ring.ring.waiting, leased: ring.ring.leased }),
  ),
  gauge('qtx_order_ring_capacity_slots', 'Slots that can be used at once.', [], ({ ring }) =>
    one(ring?.ring?.capacity),
  ),
  gauge('qtx_order_ring_in_flight_requests', 'Requests that wait for an answer.', [], ({ ring }) =>
    one(ring?.inFlight),
  ),
  counter(
    'qtx_order_ring_requests_total',
    'Requests that were published.',
    ['request'],
    ({ ring }) => ring && each('request', { place: ring.placed, cancel: ring.cancelled }),
  ),
  counter(
    'qtx_order_ring_results_total',
    'Requests by their result.',
    ['result'],
    ({ ring }) =>
      ring && each('result', { accepted: ring.accepted, rejected: ring.rejected, unknown: ring.unknown }),
  ),
  counter('qtx_order_ring_timeouts_total', 'Requests that were not answered in time.', [], ({ ring }) =>
    one(ring?.timeouts),
  ),
  counter('qtx_order_ring_late_answers_total', 'Answers that came after that.', [], ({ ring }) =>
    one(ring?.lateAnswers),
  ),
  counter('qtx_order_ring_withdrawn_total', 'Requests that were taken back unread.', [], ({ ring }) =>
    one(ring?.withdrawn),
  ),
  counter(
    'qtx_order_ring_refused_total',
    'Requests that were refused before anything was written.',
    [],
    ({ ring }) => one(ring?.refused),
  ),
  gauge(
    'qtx_order_answer_latency_microseconds',
    'From publishing a request to seeing its answer. Quantile 1 is the maximum.',
    ['quantile'],
    ({ ring }) =>
      ring && [
        { labels: { quantile: '0.5' }, value: ring.latency.p50Ms * 1_000 },
        { labels: { quantile: '0.9' }, value: ring.latency.p90Ms * 1_000 },
        { labels: { quantile: '0.99' }, value: ring.latency.p99Ms * 1_000 },
        { labels: { quantile: '1' }, value: ring.latency.maxMs * 1_000 },
      ],
  ),
  counter('qtx_order_answers_total', 'Answers that came in time.', [], ({ ring }) =>
    one(ring?.latency.count),
  ),
  gauge(
    'qtx_request_budget_used',
    'What is used of the exchange’s limits.',
    ['budget', 'window_seconds'],
    ({ requests }) =>
      requests && [
        ...windows('weight', requests.weight, 'used'),
        ...windows('orders', requests.orders, 'used'),
      ],
  ),
  gauge(
    'qtx_request_budget_limit',
    'The exchange’s limits.',
    ['budget', 'window_seconds'],
    ({ requests }) =>
      requests && [
        ...windows('weight', requests.weight, 'limit'),
        ...windows('orders', requests.orders, 'limit'),
      ],
  ),
  gauge(
    'qtx_requests_waiting',
    'Requests that wait for the limits.',
    ['kind'],
    ({ requests }) => requests && each('kind', requests.waiting),
  ),
  counter(
    'qtx_requests_refused_total',
    'Orders and requests for which nothing was left.',
    [],
    ({ requests }) => one(requests?.refused),
  ),
  counter(
    'qtx_exchange_limit_reached_total',
    'How often the exchange said that it was asked too much.',
    [],
    ({ requests }) => one(requests?.shutCount),
  ),
  gauge('qtx_exchange_shut_seconds', 'For how long it wants to be left alone.', [], ({ requests }) =>
    one(requests && requests.shutForMs / MS_PER_SECOND),
  ),
  gauge(
    'qtx_circuit_state',
    'Circuit breakers: 1 for the state that each is in.',
    ['breaker', 'state'],
    ({ context }) =>
      context &&
      [...context.outcomes.breakers].flatMap(([breaker, state]) =>
        whichOf('state', CIRCUIT_STATES, state, { breaker: snakeCase(breaker) }),
      ),
  ),
]

function windows(budget: string, uses: readonly BudgetWindowUse[], field: 'used' | 'limit'): MetricSample[] {
  return uses.map((use) => ({
    labels: { budget, window_seconds: String(use.windowMs / MS_PER_SECOND) },
    value: use[field],
  }))
}
