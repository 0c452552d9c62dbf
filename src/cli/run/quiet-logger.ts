import type { Logger } from '../../common/log.ts'

/** What is worth a look, and nothing else. */
export function quietLogger(logger: Logger): Logger {
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => quietLogger(logger.child(fields)),
  }
}
