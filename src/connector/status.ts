/** One thing that must hold before the connector is ready. */
export interface StatusCheck {
  readonly ok: boolean
  /** What holds, or what is waited for. */
  readonly reason: string
  /** What to do about it; empty when it is ok. */
  readonly remedy: string
}

/** Every check of a connector, by name; it is ready when all are ok. */
export type ConnectorStatus = Readonly<Record<string, StatusCheck>>

export function passed(reason: string): StatusCheck {
  return { ok: true, reason, remedy: '' }
}

export function waiting(reason: string, remedy: string): StatusCheck {
  return { ok: false, reason, remedy }
}

/** Holds when all do; says what each of the others waits for. */
export function allOf(checks: readonly StatusCheck[]): StatusCheck {
  const failing = checks.filter((check) => !check.ok)
  if (failing.length === 0) return passed(checks.map((check) => check.reason).join(', '))
  return waiting(
    failing.map((check) => check.reason).join(', '),
    [...new Set(failing.map((check) => check.remedy))].join('; '),
  )
}

/** `orderBooks: BTC-USDT is syncing, …; userStream: …` for the checks that do not hold. */
export function describeWaiting(status: ConnectorStatus): string {
  return Object.entries(status)
    .filter(([, check]) => !check.ok)
    .map(([name, check]) => `${name}: ${check.reason}${check.remedy ? ` (${check.remedy})` : ''}`)
    .join('; ')
}
