type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without the options that were not given, so that defaults apply. */
export function definedOnly<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>
}
