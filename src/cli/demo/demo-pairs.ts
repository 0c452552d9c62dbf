/** The pairs of the demo; the first is traded. */
export const DEMO_PAIRS = ['BTC-USDT', 'ETH-USDT'] as const
