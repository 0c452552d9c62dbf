import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { QtxError, messageOf } from '../../errors.ts'
import { isStrategyClass, type StrategyClass } from '../../strategy/strategy.ts'

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs']

/**
 * The strategy of a file: its default export. TypeScript is read by Node itself where it can, else by tsx, which is
 * looked for beside the strategy and beside this package.
 * @throws QtxError `QTX_CONFIG_INVALID`.
 */
export async function loadStrategy(file: string): Promise<StrategyClass> {
  const path = resolve(file)
  const extension = extname(path)
  if (!EXTENSIONS.includes(extension)) {
    throw new QtxError(
      'QTX_CONFIG_INVALID',
      `${file} is not a strategy: its name ends with ${extension || 'nothing'}`,
      {
        remedy: `give a file that ends with ${EXTENSIONS.join(', ')}`,
      },
    )
  }
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new QtxError('QTX_CONFIG_INVALID', `there is no file ${file}`, {
      remedy: 'give the path of a strategy',
    })
  }
  const module = await importModule(path)
  const exported = module['default']
  if (isStrategyClass(exported)) return exported
  // Of a folder whose package is not of type module, the whole of the module's exports.
  const inner = (exported as { readonly default?: unknown } | undefined)?.default
  if (isStrategyClass(inner)) return inner
  throw new QtxError('QTX_CONFIG_INVALID', `the default export of ${file} is no strategy`, {
    remedy:
      "write: import { Strategy } from 'qtx-connector' and export default class MyStrategy extends Strategy { … }",
  })
}

async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  const url = pathToFileURL(path)
  try {
    return (await import(url.href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw notLoaded(path, error)
  }
  await registerTsx(path)
  try {
    // The first attempt is remembered under its own name.
    url.searchParams.set('by', 'tsx')
    return (await import(url.href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw notLoaded(path, error)
  }
}

async function registerTsx(path: string): Promise<void> {
  const found = [path, import.meta.url].map(findTsx).find((each) => each !== undefined)
  if (found === undefined) {
    throw new QtxError(
      'QTX_CONFIG_INVALID',
      `${path} is TypeScript, which this Node (${process.version}) does not read`,
      {
        remedy: 'npm install tsx beside it, use Node 22.18 or newer, or give a .js file',
      },
    )
  }
  // Loading it is all it takes.
  await import(pathToFileURL(found).href)
}

function findTsx(from: string): string | undefined {
  try {
    return createRequire(from).resolve('tsx')
  } catch {
    return undefined
  }
}

function notLoaded(path: string, error: unknown): QtxError {
  return new QtxError('QTX_CONFIG_INVALID', `${path} could not be loaded: ${messageOf(error)}`, {
    cause: error,
    remedy: 'correct it; --debug shows where it is',
  })
}
