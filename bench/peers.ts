import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const PROGRAMS = ['sender', 'receiver', 'order-manager', 'order-client', 'spinner'] as const
type Program = (typeof PROGRAMS)[number]

/** The programs in C, compiled. */
export interface Peers {
  /** The compiler's name and version. */
  readonly compiler: string
  readonly path: (program: Program) => string
}

/**
 * Compiles the programs in C into a folder; undefined where there is no C compiler, or this is not Linux.
 * @throws Error when one does not compile.
 */
export async function compilePeers(folder: string): Promise<Peers | undefined> {
  if (process.platform !== 'linux') return undefined
  const compiler = await findCompiler()
  if (!compiler) return undefined
  const path = (program: Program): string => join(folder, program)
  for (const program of PROGRAMS) {
    const source = fileURLToPath(new URL(`peers/${program}.c`, import.meta.url))
    await run(compiler.command, ['-O2', '-Wall', '-o', path(program), source, '-lrt'])
  }
  return { compiler: compiler.version, path }
}

async function findCompiler(): Promise<{ command: string; version: string } | undefined> {
  for (const command of ['cc', 'gcc', 'clang']) {
    try {
      const { stdout } = await run(command, ['--version'])
      return { command, version: stdout.split('\n')[0] ?? command }
    } catch {
      continue
    }
  }
  return undefined
}
