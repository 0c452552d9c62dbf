import type { Statement } from 'libsql'

/** What SQLite holds in one field. */
export type SqlValue = string | number | null

/** A statement whose rows come as arrays, in the order of the columns asked for. */
export interface Query {
  get(...parameters: SqlValue[]): readonly SqlValue[] | undefined
  all(...parameters: SqlValue[]): readonly (readonly SqlValue[])[]
}

/** One connection to one database file. Every call waits for the file; none waits for another connection. */
export interface Sqlite {
  exec(sql: string): void
  prepare(sql: string): (...parameters: SqlValue[]) => void
  query(sql: string): Query
  close(): void
}

/** Opens a database file, and makes it when it is missing. The library is loaded only now. */
export async function openSqlite(path: string): Promise<Sqlite> {
  const { default: Database } = await import('libsql')
  const database = new Database(path)
  return {
    exec: (sql) => {
      database.exec(sql)
    },
    prepare: (sql) => {
      const statement = database.prepare<SqlValue[]>(sql)
      return (...parameters) => {
        statement.run(...parameters)
      }
    },
    query: (sql) => {
      const statement = database.prepare<SqlValue[]>(sql)
      // A statement that returns no columns refuses this; queries always do return some.
      statement.raw(true)
      return asQuery(statement)
    },
    close: () => {
      database.close()
    },
  }
}

function asQuery(statement: Statement<SqlValue[]>): Query {
  return {
    get: (...parameters) => statement.get(...parameters) as readonly SqlValue[] | undefined,
    all: (...parameters) => statement.all(...parameters) as readonly (readonly SqlValue[])[],
  }
}

/** True for errors that say that the file itself is damaged, or is no database. */
export function isDamageError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB'
}
