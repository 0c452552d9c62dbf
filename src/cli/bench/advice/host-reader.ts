import { readFileSync, readdirSync, statfsSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** How the machine is looked at; tests make machines up. */
export interface HostReader {
  /** A file's text without the spaces around it; undefined when it is not there or may not be read. */
  read(path: string): string | undefined
  /** Names in a folder; none when it is not there. */
  list(path: string): readonly string[]
  /** Size and free room of a file system; undefined when it is not there. */
  room(path: string): { readonly sizeBytes: number; readonly freeBytes: number } | undefined
  /** Cores that this process may use. */
  usableCores(): number
}

/** This machine. */
export const thisHost: HostReader = {
  read: (path) => {
    try {
      return readFileSync(path, 'utf8').trim()
    } catch {
      return undefined
    }
  },
  list: (path) => {
    try {
      return readdirSync(path)
    } catch {
      return []
    }
  },
  room: (path) => {
    try {
      const { bsize, blocks, bavail } = statfsSync(path)
      return { sizeBytes: bsize * blocks, freeBytes: bsize * bavail }
    } catch {
      return undefined
    }
  },
  usableCores: () => availableParallelism(),
}
