import type { ServiceContext } from './service-context.ts'

/** What `/ready` answers. */
export interface Readiness {
  readonly ready: boolean
  /** The checks that do not hold. */
  readonly failed: readonly {
    readonly check: string
    readonly reason: string
    readonly remedy: string
  }[]
}

/** Whether the service can trade, and what is in the way. */
export function readinessOf(context: ServiceContext | undefined): Readiness {
  if (!context) {
    const failed = [{ check: 'started', reason: 'the service is starting or stopping', remedy: 'wait' }]
    return { ready: false, failed }
  }
  const failed = Object.entries(context.connector.status)
    .filter(([, { ok }]) => !ok)
    .map(([check, { reason, remedy }]) => ({ check, reason, remedy }))
  return { ready: failed.length === 0, failed }
}
