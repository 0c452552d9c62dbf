import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts a thread that runs a module of this project.
 * @param module its URL without the extension, which differs between the sources and the package.
 * @throws Error where the thread cannot be made; what the module throws comes as the thread's `error`.
 */
export function startModuleThread(module: URL, options: WorkerOptions): Worker {
  // Loaders and flags of the program that uses this are of no use in the thread.
  const own: WorkerOptions = { ...options, execArgv: [] }
  if (!import.meta.url.endsWith('.ts')) return new Worker(new URL(`${module.href}.js`), own)
  const source = `${module.href}.ts`
  if ('typescript' in process.features && process.features.typescript !== false) {
    return new Worker(new URL(source), own)
  }
  // Run from the sources by a Node that knows no types; threads do not take over the loader of the main one.
  const loader = import.meta.resolve('tsx/esm/api')
  const program = `import(${JSON.stringify(loader)}).then(({ register }) => {
    register()
    return import(${JSON.stringify(source)})
  })`
  return new Worker(program, { ...own, eval: true })
}
