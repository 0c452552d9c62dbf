import { QtxError } from '../errors.ts'
import type { CcxtConstructor } from './ccxt-exchange.ts'

/**
 * ccxt's class for one exchange. ccxt is loaded here and not by an import, and only this one class of it where the
 * package's files allow: all of them take four times the time and the memory.
 * @throws QtxError `QTX_EXCHANGE_UNSUPPORTED` when ccxt has no such exchange.
 */
export async function loadCcxtClass(id: string): Promise<CcxtConstructor> {
  return (await loadFromItsOwnFile(id)) ?? (await loadFromWholePackage(id))
}

async function loadFromItsOwnFile(id: string): Promise<CcxtConstructor | undefined> {
  try {
    const file = new URL(`./src/pro/${id}.js`, import.meta.resolve('ccxt'))
    const module = (await import(file.href)) as { readonly default?: unknown }
    return isConstructor(module.default) ? module.default : undefined
  } catch {
    // The layout inside the package is private, and bundlers and loaders may not resolve it.
    return undefined
  }
}

async function loadFromWholePackage(id: string): Promise<CcxtConstructor> {
  const { pro } = (await import('ccxt')) as { readonly pro: Readonly<Record<string, unknown>> }
  const candidate = pro[id]
  if (isConstructor(candidate)) return candidate
  throw new QtxError('QTX_EXCHANGE_UNSUPPORTED', `ccxt has no websocket exchange ${id}`, { details: { id } })
}

function isConstructor(value: unknown): value is CcxtConstructor {
  return typeof value === 'function'
}
