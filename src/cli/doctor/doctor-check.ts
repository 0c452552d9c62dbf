import { exitCodeOf } from '../exit-codes.ts'
import { messageOf, QtxError } from '../../errors.ts'

/** What one check found, and what to do about it. */
export interface DoctorCheck {
  readonly name: string
  readonly verdict: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly found: string
  /** Absent where there is nothing to do. */
  readonly remedy?: string
  /** What `qtx` would exit with for it; of failed checks only. */
  readonly exitCode?: number
}

/** Everything is as it should be. */
export function ok(name: string, found: string): DoctorCheck {
  return { name, verdict: 'ok', found }
}

/** It works, and might not for long, or not as well as it could. */
export function warning(name: string, found: string, remedy: string): DoctorCheck {
  return { name, verdict: 'warning', found, remedy }
}

/** It was not looked at. */
export function skipped(name: string, why: string): DoctorCheck {
  return { name, verdict: 'skipped', found: why }
}

/** It does not work, for the reason that was thrown. */
export function failed(name: string, error: unknown, remedy?: string): DoctorCheck {
  const advice = remedy ?? (error instanceof QtxError ? error.remedy : undefined)
  const found = error instanceof QtxError ? withoutRemedy(error) : messageOf(error)
  return {
    name,
    verdict: 'failed',
    found,
    ...(advice !== undefined && { remedy: advice }),
    exitCode: exitCodeOf(error),
  }
}

/** The message without the advice at its end: that has a column of its own. */
function withoutRemedy({ message, remedy }: QtxError): string {
  return message.endsWith(remedy) ? message.slice(0, -remedy.length).replace(/[:;,\s]+$/, '') : message
}
