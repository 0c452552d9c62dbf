import type { z } from 'zod'
import { QtxError } from '../errors.ts'
import type { ServiceContext } from './service-context.ts'

/** One thing that can be asked of a running service. */
export interface ControlMethod<Input = never, Params = never, Result = unknown> {
  /** For documentation. */
  readonly summary: string
  readonly params: z.ZodType<Params, Input>
  /** After so long it is answered as timed out, milliseconds; what it began goes on. */
  readonly timeoutMs: number
  /** What a client is to assume when no answer comes: whether an order may have been sent or canceled. */
  readonly isOutcomeAtStake: boolean
  run(context: ServiceContext, params: Params): Promise<Result> | Result
}

/** One thing that can be followed. It is looked at every so often, and only when its reader has read what came before. */
export interface ControlStream<Input = never, Params = never, Item = unknown> {
  readonly summary: string
  readonly params: z.ZodType<Params, Input>
  readonly everyMs: number
  /** Gives a look-up of what is to be told now; undefined from it: nothing new. */
  open(context: ServiceContext, params: Params): () => Item | undefined
}

const USUAL_TIMEOUT_MS = 10_000

/** A row of the table of methods. */
export function method<Input, Params, Result>(row: {
  readonly summary: string
  readonly params: z.ZodType<Params, Input>
  readonly timeoutMs?: number
  readonly isOutcomeAtStake?: boolean
  readonly run: (context: ServiceContext, params: Params) => Promise<Result> | Result
}): ControlMethod<Input, Params, Result> {
  return { timeoutMs: USUAL_TIMEOUT_MS, isOutcomeAtStake: false, ...row }
}

/** A row of the table of streams. */
export function stream<Input, Params, Item>(
  row: ControlStream<Input, Params, Item>,
): ControlStream<Input, Params, Item> {
  return row
}

/** Reads the parameters of a request. @throws QtxError `QTX_SERVICE_REQUEST`, naming what is wrong. */
export function readParams<Params>(name: string, schema: z.ZodType<Params>, params: unknown): Params {
  const read = schema.safeParse(params)
  if (read.success) return read.data
  const problems = read.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.map(String).join('.')}: ${message}` : message,
  )
  throw new QtxError('QTX_SERVICE_REQUEST', `${name} was asked for wrongly: ${problems.join('; ')}`, {
    remedy: 'correct the parameters that the message names',
  })
}
