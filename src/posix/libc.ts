import { createRequire } from 'node:module'
import { QtxError, messageOf } from '../errors.ts'
import type * as Koffi from 'koffi'

export type KoffiModule = typeof Koffi

export type CFunction = (...parameters: unknown[]) => unknown

/** The C library of the running process, and the foreign-function layer that calls it. */
export interface CLibrary {
  readonly koffi: KoffiModule
  /** Declares one C function by its prototype. */
  declare(prototype: string): CFunction
  /** The name of the last failed call's error, such as `ENOENT`. */
  lastError(): string
}

/**
 * Opens the C library. The foreign-function layer is loaded only now, so that programs that never touch shared
 * memory or raw sockets do not pay for it.
 * @throws QtxError `QTX_PLATFORM_UNSUPPORTED` elsewhere than on Linux; `instead` says what to use there.
 */
export function openCLibrary(purpose: string, instead: string): CLibrary {
  if (process.platform !== 'linux') {
    throw new QtxError('QTX_PLATFORM_UNSUPPORTED', `${purpose} needs Linux, this is ${process.platform}`, {
      remedy: instead,
    })
  }
  try {
    const koffi = createRequire(import.meta.url)('koffi') as KoffiModule
    const library = koffi.load(null)
    const names = new Map(Object.entries(koffi.os.errno).map(([name, number]) => [number, name]))
    return {
      koffi,
      declare: (prototype) => library.func(prototype),
      lastError: () => names.get(koffi.errno()) ?? `errno ${koffi.errno()}`,
    }
  } catch (error) {
    throw new QtxError(
      'QTX_PLATFORM_UNSUPPORTED',
      `${purpose} could not call the C library (${messageOf(error)})`,
      {
        cause: error,
        remedy: instead,
      },
    )
  }
}
